// What the parts of the test runtime share. One instance, one session; a real OpenXR loader on top.
#pragma once
#define XR_USE_GRAPHICS_API_OPENGL
#include <openxr/openxr.h>
#include <openxr/openxr_platform.h>
#include <stdbool.h>
#include <stdio.h>

#define EYES 2
#define IMAGES 3
#define MOST 64

typedef struct { bool used; uint32_t width, height; int64_t format; uint32_t textures[IMAGES]; int acquired, waited, released, next; } Swapchain;
typedef struct { bool used; int kind; XrPosef offset; } Space;  // kind: a reference space's type, or ACTION_SPACE and whose of what
typedef struct { bool used; XrActionType type; char name[XR_MAX_ACTION_NAME_SIZE]; } Action;
#define ACTION_SPACE 1000  // + RIGHT for that hand, + GRIP for where it is held
#define RIGHT 1
#define GRIP 2

typedef struct {
  bool instance, session, running, attached, requirements, exit_asked, instance_lost, session_lost;
  XrSessionState state;
  XrSession handle;  // another one for each session
  // what the script sets
  bool should_render, headset, linear, trigger, menu, aims, grips, hangs, save, spheres, lockstep;
  double yaw, pitch, roll, spin, aim_yaw, aim_pitch, rate, slow_s;
  XrVector3f wrist; uint32_t width, height;
  char slow[64], crashing[64];
  char failing[64]; int failure;
  // frames
  long frames, waited, begun; XrTime display, start; double last_wait; XrQuaternionf located;
  Swapchain swapchains[MOST]; Space spaces[MOST]; Action actions[MOST];
  XrEventDataBuffer events[MOST]; int first, last;
  char paths[256][XR_MAX_PATH_LENGTH]; int path_count;
} Runtime;

extern Runtime R;

double now_s(void);
void read_script(void);                                     // do what the script's new lines say
void become(XrSessionState state);                          // and tell the application
void push_instance_loss(void);
XrResult wrong(const char *call, XrResult result, const char *why);  // note a misuse, and return its error
XrResult scripted(const char *call);                        // the delay, crash or failure that the script wants of a call, else success
XrQuaternionf head(XrTime time);
XrQuaternionf aim(void);
bool is_current(const XrBaseInStructure *binding);           // whether a graphics binding names the calling thread's context
void make_textures(Swapchain *s);
void drop_textures(Swapchain *s);
void save_picture(const Swapchain *s, XrRect2Di rect, const char *name);  // as OUT/name.ppm
FILE *open_out(const char *name, const char *mode);

#define CHECK_CALL(name) do { read_script(); XrResult r = scripted(name); if (r < 0) return r; } while (0)
#define NEED(condition, name, result, why) do { if (!(condition)) return wrong(name, result, why); } while (0)
