// What the test tells the runtime: lines of the file XR_TEST_SCRIPT, which may grow while the runtime runs. "@100 pose 10 0 0"
// waits until 100 frames have been waited for. The runtime's own words go to files in XR_TEST_OUT.
#include "runtime.h"
#include <math.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

Runtime R = {.should_render = true, .headset = true, .rate = 90, .width = 160, .height = 168};
static long offset = -1;  // how much of the script has been done; in a file too, for the library may be loaded again

static void keep_offset(void) {
  FILE *f = open_out("done", "w");
  fprintf(f, "%ld", offset);
  fclose(f);
}

static void find_offset(void) {
  offset = 0;
  FILE *f = open_out("done", "r");
  if (f && fscanf(f, "%ld", &offset) != 1) offset = 0;
  if (f) fclose(f);
}

double now_s(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return t.tv_sec + 1e-9 * t.tv_nsec;
}

FILE *open_out(const char *name, const char *mode) {
  char path[1024];
  snprintf(path, sizeof path, "%s/%s", getenv("XR_TEST_OUT"), name);
  return fopen(path, mode);
}

XrResult wrong(const char *call, XrResult result, const char *why) {
  FILE *f = open_out("errors.txt", "a");
  fprintf(f, "%s: %s (%d)\n", call, why, result);
  fclose(f);
  return result;
}

XrResult scripted(const char *call) {
  if (R.instance_lost && strcmp(call, "xrDestroyInstance")) return XR_ERROR_INSTANCE_LOST;
  if (!strcmp(call, R.slow)) usleep((unsigned)(R.slow_s * 1e6));
  if (!strcmp(call, R.crashing)) { FILE *f = open_out("crashed", "w"); fclose(f); raise(SIGSEGV); }
  return strcmp(call, R.failing) ? XR_SUCCESS : (XrResult)R.failure;
}

static XrEventDataBuffer *push(void) {
  XrEventDataBuffer *e = &R.events[R.last++ % MOST];
  memset(e, 0, sizeof *e);
  return e;
}

void become(XrSessionState state) {
  R.state = state;
  XrEventDataSessionStateChanged *e = (void *)push();
  e->type = XR_TYPE_EVENT_DATA_SESSION_STATE_CHANGED;
  e->session = R.handle;
  e->state = state;
  e->time = (XrTime)(now_s() * 1e9);
}

void push_instance_loss(void) {
  XrEventDataInstanceLossPending *e = (void *)push();
  e->type = XR_TYPE_EVENT_DATA_INSTANCE_LOSS_PENDING;
  e->lossTime = (XrTime)(now_s() * 1e9);
}

static void obey(char *line) {
  char word[64] = "", name[64];
  double a = 0, b = 0, c = 0;
  sscanf(line, "%63s", word);
  sscanf(line, "%*s %lf %lf %lf", &a, &b, &c);
  if (!strcmp(word, "pose")) { R.yaw = a; R.pitch = b; R.roll = c; R.spin = 0; }  // degrees: right, up, leaning left
  else if (!strcmp(word, "spin")) R.spin = a;                                     // degrees a second to the right
  else if (!strcmp(word, "aim")) { R.aim_yaw = a; R.aim_pitch = b; R.aims = true; }
  else if (!strcmp(word, "wrist")) { R.wrist = (XrVector3f){(float)a, (float)b, (float)c}; R.grips = true; }  // the left one's place
  else if (!strcmp(word, "drop")) R.aims = R.grips = false;
  else if (!strcmp(word, "size")) { R.width = (uint32_t)a; R.height = (uint32_t)b; }
  else if (!strcmp(word, "lockstep")) R.lockstep = true;                          // time goes on by a frame's length a frame
  else if (!strcmp(word, "spheres")) R.spheres = true;
  else if (!strcmp(word, "slow")) sscanf(line, "%*s %63s %lf", R.slow, &R.slow_s);
  else if (!strcmp(word, "crash")) sscanf(line, "%*s %63s", R.crashing);
  else if (!strcmp(word, "trigger")) R.trigger = a != 0;
  else if (!strcmp(word, "menu")) R.menu = a != 0;
  else if (!strcmp(word, "rate")) R.rate = a;
  else if (!strcmp(word, "linear")) R.linear = true;
  else if (!strcmp(word, "headset")) R.headset = a != 0;
  else if (!strcmp(word, "hang")) R.hangs = a != 0;
  else if (!strcmp(word, "save")) R.save = true;
  else if (!strcmp(word, "sleep")) { R.should_render = false; become(XR_SESSION_STATE_SYNCHRONIZED); }
  else if (!strcmp(word, "wake")) { R.should_render = true; become(XR_SESSION_STATE_VISIBLE); become(XR_SESSION_STATE_FOCUSED); }
  else if (!strcmp(word, "stop")) become(XR_SESSION_STATE_STOPPING);
  else if (!strcmp(word, "ready")) become(XR_SESSION_STATE_READY);
  else if (!strcmp(word, "exit")) { R.exit_asked = true; become(XR_SESSION_STATE_STOPPING); }
  else if (!strcmp(word, "lose-session")) { become(XR_SESSION_STATE_LOSS_PENDING); R.session_lost = true; }
  else if (!strcmp(word, "lose-instance")) { push_instance_loss(); R.instance_lost = true; }
  else if (!strcmp(word, "fail")) { sscanf(line, "%*s %63s %d", name, &R.failure); strcpy(R.failing, name); }
  else if (*word) wrong("script", XR_ERROR_VALIDATION_FAILURE, line);
}

void read_script(void) {
  static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;  // frames are waited for in a thread of their own
  FILE *f = fopen(getenv("XR_TEST_SCRIPT"), "r");
  if (!f) return;
  char line[256];
  pthread_mutex_lock(&lock);
  if (offset < 0) find_offset();
  long before = offset;
  fseek(f, offset, SEEK_SET);
  while (fgets(line, sizeof line, f) && line[strlen(line) - 1] == '\n') {
    long frame = 0;
    char *rest = line;
    if (*line == '@') frame = strtol(line + 1, &rest, 10);
    if (frame > R.frames) break;
    offset = ftell(f);
    obey(rest);
  }
  if (offset != before) keep_offset();
  pthread_mutex_unlock(&lock);
  fclose(f);
}

static XrQuaternionf turned(double yaw, double pitch, double roll) {
  double y = -yaw * M_PI / 360, p = pitch * M_PI / 360, r = roll * M_PI / 360;  // halves; OpenXR turns left about +Y
  double a[4] = {cos(y) * sin(p), sin(y) * cos(p), -sin(y) * sin(p), cos(y) * cos(p)};
  double s = sin(r), c = cos(r);
  return (XrQuaternionf){(float)(a[0] * c + a[1] * s), (float)(a[1] * c - a[0] * s), (float)(a[3] * s + a[2] * c), (float)(a[3] * c - a[2] * s)};
}

XrQuaternionf head(XrTime time) {
  return turned(R.yaw + R.spin * 1e-9 * (double)(time - R.start), R.pitch, R.roll);
}

XrQuaternionf aim(void) { return turned(R.aim_yaw, R.aim_pitch, 0); }
