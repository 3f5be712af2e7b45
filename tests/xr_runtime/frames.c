// The frame loop: wait, begin, locate the views, swapchain images, end. Also the loader's way in.
#include "runtime.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static void rest(double seconds) { if (seconds > 0) usleep((unsigned)(seconds * 1e6)); }

XrResult xrWaitFrame(XrSession s, const XrFrameWaitInfo *info, XrFrameState *state) {
  (void)s; (void)info;
  CHECK_CALL("xrWaitFrame");
  if (R.session_lost) return XR_ERROR_SESSION_LOST;
  NEED(R.running, "xrWaitFrame", XR_ERROR_SESSION_NOT_RUNNING, "not running");
  for (int i = 0; i < 1000 && R.waited; i++) rest(0.001);  // until the frame before has begun
  NEED(!R.waited, "xrWaitFrame", XR_ERROR_CALL_ORDER_INVALID, "the frame before has not begun");
  while (R.hangs) { rest(0.01); read_script(); }
  double period = 1 / R.rate, next = period * (floor(now_s() / period) + 1);
  if (R.lockstep) next = 1e-9 * (double)R.start + period * (double)R.frames;
  rest(next - now_s());
  R.last_wait = now_s();
  R.waited = 1;
  R.frames++;
  R.display = (XrTime)((next + period) * 1e9);
  state->predictedDisplayTime = R.display;
  state->predictedDisplayPeriod = (XrDuration)(period * 1e9);
  state->shouldRender = R.should_render && R.state >= XR_SESSION_STATE_VISIBLE && R.state <= XR_SESSION_STATE_FOCUSED;
  return XR_SUCCESS;
}

XrResult xrBeginFrame(XrSession s, const XrFrameBeginInfo *info) {
  (void)s; (void)info;
  CHECK_CALL("xrBeginFrame");
  if (R.session_lost) return XR_ERROR_SESSION_LOST;
  NEED(R.running, "xrBeginFrame", XR_ERROR_SESSION_NOT_RUNNING, "not running");
  NEED(R.waited, "xrBeginFrame", XR_ERROR_CALL_ORDER_INVALID, "no wait before");
  bool discarded = R.begun;
  R.waited = 0;
  R.begun = 1;
  return discarded ? XR_FRAME_DISCARDED : XR_SUCCESS;
}

XrResult xrLocateViews(XrSession s, const XrViewLocateInfo *info, XrViewState *state, uint32_t capacity, uint32_t *count, XrView *views) {
  (void)s;
  CHECK_CALL("xrLocateViews");
  *count = EYES;
  if (!capacity) return XR_SUCCESS;
  NEED(info->displayTime == R.display, "xrLocateViews", XR_ERROR_TIME_INVALID, "not the predicted display time");
  state->viewStateFlags = 15;
  R.located = head(info->displayTime);
  for (int e = 0; e < EYES; e++) {  // a Quest's frusta
    views[e].pose = (XrPosef){R.located, {e ? 0.032f : -0.032f, 0, 0}};
    views[e].fov = e ? (XrFovf){-0.6981f, 0.9425f, 0.7679f, -0.9599f} : (XrFovf){-0.9425f, 0.6981f, 0.7679f, -0.9599f};
  }
  return XR_SUCCESS;
}

XrResult xrAcquireSwapchainImage(XrSwapchain s, const XrSwapchainImageAcquireInfo *info, uint32_t *index) {
  (void)info;
  Swapchain *c = (Swapchain *)s;
  CHECK_CALL("xrAcquireSwapchainImage");
  NEED(c->acquired < 0 && c->waited < 0, "xrAcquireSwapchainImage", XR_ERROR_CALL_ORDER_INVALID, "one is still held");
  c->acquired = (int)(*index = (uint32_t)c->next);
  c->next = (c->next + 1) % IMAGES;
  return XR_SUCCESS;
}

XrResult xrWaitSwapchainImage(XrSwapchain s, const XrSwapchainImageWaitInfo *info) {
  (void)info;
  Swapchain *c = (Swapchain *)s;
  NEED(c->acquired >= 0, "xrWaitSwapchainImage", XR_ERROR_CALL_ORDER_INVALID, "none was acquired");
  c->waited = c->acquired;
  c->acquired = -1;
  return XR_SUCCESS;
}

XrResult xrReleaseSwapchainImage(XrSwapchain s, const XrSwapchainImageReleaseInfo *info) {
  (void)info;
  Swapchain *c = (Swapchain *)s;
  NEED(c->waited >= 0, "xrReleaseSwapchainImage", XR_ERROR_CALL_ORDER_INVALID, "none was waited for");
  c->released = c->waited;
  c->waited = -1;
  return XR_SUCCESS;
}

static bool is_unit(XrQuaternionf q) { return fabs(sqrt(q.x * q.x + q.y * q.y + q.z * q.z + q.w * q.w) - 1) < 0.01; }

static XrResult look_at(const XrSwapchainSubImage *image, const XrPosef *pose, const char *name) {
  const Swapchain *c = (const Swapchain *)image->swapchain;
  NEED(is_unit(pose->orientation), "xrEndFrame", XR_ERROR_POSE_INVALID, name);
  NEED(c->used && c->released >= 0 && c->waited < 0, "xrEndFrame", XR_ERROR_LAYER_INVALID, name);
  XrRect2Di r = image->imageRect;
  NEED(r.extent.width > 0 && r.offset.x >= 0 && r.offset.x + r.extent.width <= (int)c->width && r.extent.height > 0 && r.offset.y >= 0 && r.offset.y + r.extent.height <= (int)c->height,
       "xrEndFrame", XR_ERROR_SWAPCHAIN_RECT_INVALID, name);
  if (R.save) save_picture(c, r, name);
  return XR_SUCCESS;
}

// Where a quad stands: position, orientation, size.
static void note_quad(const XrCompositionLayerQuad *l, int number) {
  XrPosef p = l->pose;
  if (!R.save) return;
  FILE *f = open_out(number ? "ray.txt" : "panel.txt", "w");
  fprintf(f, "%f %f %f %f %f %f %f %f %f\n", p.position.x, p.position.y, p.position.z, p.orientation.x, p.orientation.y, p.orientation.z, p.orientation.w, l->size.width, l->size.height);
  fclose(f);
}

static XrResult check_sphere(const XrCompositionLayerEquirect2KHR *l) {
  NEED(R.spheres && l->space && l->eyeVisibility == XR_EYE_VISIBILITY_BOTH, "xrEndFrame", XR_ERROR_LAYER_INVALID, "sphere");
  NEED(l->radius >= 0 && l->centralHorizontalAngle > 0 && l->centralHorizontalAngle <= 2 * M_PI + 1e-5, "xrEndFrame", XR_ERROR_LAYER_INVALID, "sphere's width");
  NEED(l->upperVerticalAngle <= M_PI / 2 + 1e-5 && l->lowerVerticalAngle >= -M_PI / 2 - 1e-5 && l->lowerVerticalAngle < l->upperVerticalAngle,
       "xrEndFrame", XR_ERROR_LAYER_INVALID, "sphere's height");
  if (R.save) {
    FILE *f = open_out("sphere.txt", "w");
    XrQuaternionf q = l->pose.orientation;
    fprintf(f, "%f %f %f %f %f %f %f %f\n", q.x, q.y, q.z, q.w, l->radius, l->centralHorizontalAngle, l->upperVerticalAngle, l->lowerVerticalAngle);
    fclose(f);
  }
  return look_at(&l->subImage, &l->pose, "sphere");
}

XrResult xrEndFrame(XrSession s, const XrFrameEndInfo *info) {
  (void)s;
  CHECK_CALL("xrEndFrame");
  if (R.session_lost) return XR_ERROR_SESSION_LOST;
  NEED(R.begun, "xrEndFrame", XR_ERROR_CALL_ORDER_INVALID, "no begin before");
  NEED(info->displayTime == R.display, "xrEndFrame", XR_ERROR_TIME_INVALID, "not the predicted display time");
  R.begun = 0;
  int quads = 0;
  for (uint32_t i = 0; i < info->layerCount; i++) {
    XrResult result = XR_SUCCESS;
    if (info->layers[i]->type == XR_TYPE_COMPOSITION_LAYER_PROJECTION) {
      const XrCompositionLayerProjection *l = (const void *)info->layers[i];
      NEED(l->viewCount == EYES, "xrEndFrame", XR_ERROR_VALIDATION_FAILURE, "two eyes are needed");
      XrQuaternionf asked = R.located, given = l->views[0].pose.orientation;
      NEED(fabs(asked.x * given.x + asked.y * given.y + asked.z * given.z + asked.w * given.w) > 0.9999, "xrEndFrame", XR_ERROR_POSE_INVALID, "not the pose that was located");
      for (int e = 0; e < EYES && result >= 0; e++) result = look_at(&l->views[e].subImage, &l->views[e].pose, e ? "right" : "left");
    } else if (info->layers[i]->type == XR_TYPE_COMPOSITION_LAYER_QUAD) {
      const XrCompositionLayerQuad *l = (const void *)info->layers[i];
      note_quad(l, quads);
      result = look_at(&l->subImage, &l->pose, quads++ ? "ray" : "panel");
    } else if (info->layers[i]->type == XR_TYPE_COMPOSITION_LAYER_EQUIRECT2_KHR) {
      result = check_sphere((const void *)info->layers[i]);
    } else result = wrong("xrEndFrame", XR_ERROR_LAYER_INVALID, "an unknown layer");
    if (result < 0) return result;
  }
  FILE *f = open_out("frames.txt", "a");  // frame, layers, seconds from the wait to here, state
  fprintf(f, "%ld %u %.6f %d %.6f\n", R.frames, info->layerCount, now_s() - R.last_wait, R.state, now_s());
  fclose(f);
  if (R.save && info->layerCount) { R.save = false; f = open_out("saved", "w"); fclose(f); }
  return XR_SUCCESS;
}

#define EACH(X) X(EnumerateInstanceExtensionProperties) X(CreateInstance) X(DestroyInstance) X(GetInstanceProperties) X(PollEvent) \
  X(ResultToString) X(StructureTypeToString) X(GetSystem) X(GetSystemProperties) X(EnumerateEnvironmentBlendModes) X(EnumerateViewConfigurations) \
  X(GetViewConfigurationProperties) X(EnumerateViewConfigurationViews) X(GetOpenGLGraphicsRequirementsKHR) X(CreateSession) X(DestroySession) \
  X(BeginSession) X(EndSession) X(RequestExitSession) X(EnumerateReferenceSpaces) X(CreateReferenceSpace) X(CreateActionSpace) X(DestroySpace) \
  X(LocateSpace) X(EnumerateSwapchainFormats) X(CreateSwapchain) X(DestroySwapchain) X(EnumerateSwapchainImages) X(AcquireSwapchainImage) \
  X(WaitSwapchainImage) X(ReleaseSwapchainImage) X(WaitFrame) X(BeginFrame) X(EndFrame) X(LocateViews) X(StringToPath) X(PathToString) \
  X(CreateActionSet) X(DestroyActionSet) X(CreateAction) X(DestroyAction) X(SuggestInteractionProfileBindings) X(AttachSessionActionSets) \
  X(SyncActions) X(GetActionStateBoolean) X(GetActionStatePose)
#define ENTRY(name) {"xr" #name, (PFN_xrVoidFunction)xr##name},

XrResult xrGetInstanceProcAddr(XrInstance i, const char *name, PFN_xrVoidFunction *function) {
  (void)i;
  static const struct { const char *name; PFN_xrVoidFunction function; } all[] = {EACH(ENTRY){"xrGetInstanceProcAddr", (PFN_xrVoidFunction)xrGetInstanceProcAddr}};
  for (size_t k = 0; k < sizeof all / sizeof *all; k++)
    if (!strcmp(all[k].name, name)) { *function = all[k].function; return XR_SUCCESS; }
  *function = NULL;
  return XR_ERROR_FUNCTION_UNSUPPORTED;
}

// The loader's interface (loader_interfaces.h), which Debian's headers leave out.
typedef struct { uint32_t type, version; size_t size; uint32_t low, high; XrVersion least, most; } Loader;
typedef struct { uint32_t type, version; size_t size; uint32_t interface; XrVersion api; PFN_xrGetInstanceProcAddr get; } Request;

XrResult xrNegotiateLoaderRuntimeInterface(const Loader *loader, Request *request) {
  if (loader->type != 1 || request->type != 3 || loader->low > 1 || loader->high < 1) return XR_ERROR_INITIALIZATION_FAILED;
  request->interface = 1;
  request->api = XR_MAKE_VERSION(1, 0, 20);
  request->get = xrGetInstanceProcAddr;
  return XR_SUCCESS;
}
