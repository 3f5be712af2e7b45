// Instance, system, events, session and its states, spaces, actions, swapchains.
#include "runtime.h"
#include <stdint.h>
#include <string.h>

#define OURS(handle) ((void *)(handle) == (void *)&R)
#define TWO_CALLS(name, capacity, count, need) do { *(count) = (need); if (!(capacity)) return XR_SUCCESS; \
  NEED((capacity) >= (need), name, XR_ERROR_SIZE_INSUFFICIENT, "too small"); } while (0)

static const char *extensions[] = {XR_KHR_OPENGL_ENABLE_EXTENSION_NAME, "XR_MNDX_egl_enable", XR_KHR_COMPOSITION_LAYER_EQUIRECT2_EXTENSION_NAME};
#define OFFERED (R.spheres ? 3u : 2u)

XrResult xrEnumerateInstanceExtensionProperties(const char *layer, uint32_t capacity, uint32_t *count, XrExtensionProperties *p) {
  (void)layer;
  read_script();
  TWO_CALLS("xrEnumerateInstanceExtensionProperties", capacity, count, OFFERED);
  for (uint32_t i = 0; i < OFFERED; i++) { strcpy(p[i].extensionName, extensions[i]); p[i].extensionVersion = 1; }
  return XR_SUCCESS;
}

XrResult xrCreateInstance(const XrInstanceCreateInfo *info, XrInstance *instance) {
  CHECK_CALL("xrCreateInstance");
  NEED(!R.instance, "xrCreateInstance", XR_ERROR_LIMIT_REACHED, "a second instance");
  for (uint32_t i = 0; i < info->enabledExtensionCount; i++) {
    const char *wanted = info->enabledExtensionNames[i];
    uint32_t k = 0;
    while (k < OFFERED && strcmp(wanted, extensions[k])) k++;
    if (k == OFFERED) return XR_ERROR_EXTENSION_NOT_PRESENT;
  }
  R.instance = true;
  *instance = (XrInstance)&R;
  return XR_SUCCESS;
}

XrResult xrDestroyInstance(XrInstance i) {
  NEED(OURS(i), "xrDestroyInstance", XR_ERROR_HANDLE_INVALID, "handle");
  if (R.session) wrong("xrDestroyInstance", XR_SUCCESS, "the session was left");
  R.instance = R.session = false;
  return XR_SUCCESS;
}

XrResult xrGetInstanceProperties(XrInstance i, XrInstanceProperties *p) {
  (void)i;
  p->runtimeVersion = 1;
  strcpy(p->runtimeName, "test runtime");
  return XR_SUCCESS;
}

XrResult xrPollEvent(XrInstance i, XrEventDataBuffer *e) {
  (void)i;
  read_script();
  if (R.first == R.last) { XrResult r = scripted("xrPollEvent"); return r < 0 ? r : XR_EVENT_UNAVAILABLE; }
  *e = R.events[R.first++ % MOST];
  return XR_SUCCESS;
}

XrResult xrResultToString(XrInstance i, XrResult r, char b[XR_MAX_RESULT_STRING_SIZE]) { (void)i; sprintf(b, "%d", r); return XR_SUCCESS; }
XrResult xrStructureTypeToString(XrInstance i, XrStructureType t, char b[XR_MAX_STRUCTURE_NAME_SIZE]) { (void)i; sprintf(b, "%d", t); return XR_SUCCESS; }

XrResult xrGetSystem(XrInstance i, const XrSystemGetInfo *info, XrSystemId *id) {
  (void)i;
  CHECK_CALL("xrGetSystem");
  if (info->formFactor != XR_FORM_FACTOR_HEAD_MOUNTED_DISPLAY) return XR_ERROR_FORM_FACTOR_UNSUPPORTED;
  if (!R.headset) return XR_ERROR_FORM_FACTOR_UNAVAILABLE;
  *id = 1;
  return XR_SUCCESS;
}

XrResult xrGetSystemProperties(XrInstance i, XrSystemId id, XrSystemProperties *p) {
  (void)i; (void)id;
  strcpy(p->systemName, "two eyes");
  p->graphicsProperties = (XrSystemGraphicsProperties){4096, 4096, 16};
  return XR_SUCCESS;
}

XrResult xrEnumerateEnvironmentBlendModes(XrInstance i, XrSystemId id, XrViewConfigurationType t, uint32_t capacity, uint32_t *count, XrEnvironmentBlendMode *m) {
  (void)i; (void)id; (void)t;
  TWO_CALLS("xrEnumerateEnvironmentBlendModes", capacity, count, 1);
  *m = XR_ENVIRONMENT_BLEND_MODE_OPAQUE;
  return XR_SUCCESS;
}

XrResult xrEnumerateViewConfigurations(XrInstance i, XrSystemId id, uint32_t capacity, uint32_t *count, XrViewConfigurationType *t) {
  (void)i; (void)id;
  TWO_CALLS("xrEnumerateViewConfigurations", capacity, count, 1);
  *t = XR_VIEW_CONFIGURATION_TYPE_PRIMARY_STEREO;
  return XR_SUCCESS;
}

XrResult xrGetViewConfigurationProperties(XrInstance i, XrSystemId id, XrViewConfigurationType t, XrViewConfigurationProperties *p) {
  (void)i; (void)id;
  p->viewConfigurationType = t;
  p->fovMutable = XR_FALSE;
  return XR_SUCCESS;
}

XrResult xrEnumerateViewConfigurationViews(XrInstance i, XrSystemId id, XrViewConfigurationType t, uint32_t capacity, uint32_t *count, XrViewConfigurationView *v) {
  (void)i; (void)id; (void)t;
  TWO_CALLS("xrEnumerateViewConfigurationViews", capacity, count, EYES);
  for (int e = 0; e < EYES; e++) {
    v[e].recommendedImageRectWidth = R.width; v[e].recommendedImageRectHeight = R.height;
    v[e].maxImageRectWidth = v[e].maxImageRectHeight = 4096;
    v[e].recommendedSwapchainSampleCount = 1; v[e].maxSwapchainSampleCount = 4;
  }
  return XR_SUCCESS;
}

XrResult xrGetOpenGLGraphicsRequirementsKHR(XrInstance i, XrSystemId id, XrGraphicsRequirementsOpenGLKHR *r) {
  (void)i; (void)id;
  r->minApiVersionSupported = XR_MAKE_VERSION(3, 3, 0);
  r->maxApiVersionSupported = XR_MAKE_VERSION(4, 6, 0);
  R.requirements = true;
  return XR_SUCCESS;
}

XrResult xrCreateSession(XrInstance i, const XrSessionCreateInfo *info, XrSession *session) {
  (void)i;
  CHECK_CALL("xrCreateSession");
  NEED(R.requirements, "xrCreateSession", XR_ERROR_GRAPHICS_REQUIREMENTS_CALL_MISSING, "no requirements were asked for");
  NEED(!R.session, "xrCreateSession", XR_ERROR_LIMIT_REACHED, "a second session");
  const XrBaseInStructure *binding = info->next;
  NEED(binding && (binding->type == XR_TYPE_GRAPHICS_BINDING_OPENGL_XLIB_KHR || binding->type == (XrStructureType)1000048004),
       "xrCreateSession", XR_ERROR_GRAPHICS_DEVICE_INVALID, "no graphics binding");
  NEED(is_current(binding), "xrCreateSession", XR_ERROR_GRAPHICS_DEVICE_INVALID, "not the context that is current here");
  R.session = true;
  R.running = R.attached = R.exit_asked = R.session_lost = false;
  R.frames = R.waited = R.begun = 0;
  R.start = (XrTime)(now_s() * 1e9);
  static uintptr_t sessions = 0;
  *session = R.handle = (XrSession)((uintptr_t)&R + 8 * ++sessions);
  become(XR_SESSION_STATE_IDLE);
  if (R.headset) become(XR_SESSION_STATE_READY);
  return XR_SUCCESS;
}

XrResult xrDestroySession(XrSession s) {
  NEED(s == R.handle && R.session, "xrDestroySession", XR_ERROR_HANDLE_INVALID, "handle");
  for (int i = 0; i < MOST; i++) {
    if (R.swapchains[i].used) wrong("xrDestroySession", XR_SUCCESS, "a swapchain was left");
    R.swapchains[i].used = R.spaces[i].used = false;
  }
  R.session = R.running = R.requirements = false;
  R.first = R.last;
  return XR_SUCCESS;
}

XrResult xrBeginSession(XrSession s, const XrSessionBeginInfo *info) {
  (void)s; (void)info;
  CHECK_CALL("xrBeginSession");
  NEED(!R.running, "xrBeginSession", XR_ERROR_SESSION_RUNNING, "twice");
  NEED(R.state == XR_SESSION_STATE_READY, "xrBeginSession", XR_ERROR_SESSION_NOT_READY, "not ready");
  R.running = R.should_render = true;
  for (XrSessionState state = XR_SESSION_STATE_SYNCHRONIZED; state <= XR_SESSION_STATE_FOCUSED; state++) become(state);
  return XR_SUCCESS;
}

XrResult xrEndSession(XrSession s) {
  (void)s;
  CHECK_CALL("xrEndSession");
  NEED(R.running, "xrEndSession", XR_ERROR_SESSION_NOT_RUNNING, "not running");
  NEED(R.state == XR_SESSION_STATE_STOPPING, "xrEndSession", XR_ERROR_SESSION_NOT_STOPPING, "not stopping");
  R.running = false;
  R.waited = R.begun = 0;
  become(XR_SESSION_STATE_IDLE);
  if (R.exit_asked) become(XR_SESSION_STATE_EXITING);
  return XR_SUCCESS;
}

XrResult xrRequestExitSession(XrSession s) {
  (void)s;
  NEED(R.running, "xrRequestExitSession", XR_ERROR_SESSION_NOT_RUNNING, "not running");
  R.exit_asked = true;
  become(XR_SESSION_STATE_STOPPING);
  return XR_SUCCESS;
}

XrResult xrEnumerateReferenceSpaces(XrSession s, uint32_t capacity, uint32_t *count, XrReferenceSpaceType *t) {
  (void)s;
  TWO_CALLS("xrEnumerateReferenceSpaces", capacity, count, 2);
  t[0] = XR_REFERENCE_SPACE_TYPE_VIEW; t[1] = XR_REFERENCE_SPACE_TYPE_LOCAL;
  return XR_SUCCESS;
}

static XrResult new_space(int kind, XrPosef offset, XrSpace *space) {
  for (int i = 0; i < MOST; i++)
    if (!R.spaces[i].used) { R.spaces[i] = (Space){true, kind, offset}; *space = (XrSpace)&R.spaces[i]; return XR_SUCCESS; }
  return wrong("xrCreateSpace", XR_ERROR_LIMIT_REACHED, "too many");
}

XrResult xrCreateReferenceSpace(XrSession s, const XrReferenceSpaceCreateInfo *info, XrSpace *space) {
  (void)s;
  return new_space((int)info->referenceSpaceType, info->poseInReferenceSpace, space);
}
XrResult xrCreateActionSpace(XrSession s, const XrActionSpaceCreateInfo *info, XrSpace *space) {
  (void)s;
  NEED(((Action *)info->action)->type == XR_ACTION_TYPE_POSE_INPUT, "xrCreateActionSpace", XR_ERROR_ACTION_TYPE_MISMATCH, "no pose");
  int right = info->subactionPath != XR_NULL_PATH && strstr(R.paths[info->subactionPath - 1], "right") ? RIGHT : 0;
  int grip = strcmp(((Action *)info->action)->name, "grip") ? 0 : GRIP;
  return new_space(ACTION_SPACE + right + grip, info->poseInActionSpace, space);
}
XrResult xrDestroySpace(XrSpace s) { ((Space *)s)->used = false; return XR_SUCCESS; }

XrResult xrLocateSpace(XrSpace s, XrSpace base, XrTime time, XrSpaceLocation *l) {
  NEED(((Space *)s)->used && ((Space *)base)->used, "xrLocateSpace", XR_ERROR_HANDLE_INVALID, "handle");
  int kind = ((Space *)s)->kind;
  l->locationFlags = 15;
  l->pose = (XrPosef){kind == XR_REFERENCE_SPACE_TYPE_VIEW ? head(time) : (XrQuaternionf){0, 0, 0, 1}, {0, 0, 0}};
  if (kind < ACTION_SPACE) return XR_SUCCESS;
  bool right = (kind - ACTION_SPACE) & RIGHT;
  if (right ? !R.aims : !R.grips) l->locationFlags = 0;
  l->pose = right ? (XrPosef){aim(), {0, 0, 0}} : (XrPosef){{0, 0, 0, 1}, R.wrist};
  return XR_SUCCESS;
}

XrResult xrEnumerateSwapchainFormats(XrSession s, uint32_t capacity, uint32_t *count, int64_t *f) {
  (void)s;
  static const int64_t both[] = {0x8058 /* RGBA8 */, 0x8C43 /* SRGB8_ALPHA8 */, 0x881A /* RGBA16F */}, linear[] = {0x8058, 0x881A};
  TWO_CALLS("xrEnumerateSwapchainFormats", capacity, count, R.linear ? 2u : 3u);
  memcpy(f, R.linear ? linear : both, *count * sizeof *f);
  return XR_SUCCESS;
}

XrResult xrCreateSwapchain(XrSession s, const XrSwapchainCreateInfo *info, XrSwapchain *swapchain) {
  (void)s;
  CHECK_CALL("xrCreateSwapchain");
  NEED(info->format == 0x8058 || info->format == 0x881A || (info->format == 0x8C43 && !R.linear), "xrCreateSwapchain", XR_ERROR_SWAPCHAIN_FORMAT_UNSUPPORTED, "format");
  for (int i = 0; i < MOST; i++)
    if (!R.swapchains[i].used) {
      Swapchain *c = &R.swapchains[i];
      *c = (Swapchain){.used = true, .width = info->width, .height = info->height, .format = info->format, .acquired = -1, .waited = -1, .released = -1};
      make_textures(c);
      *swapchain = (XrSwapchain)c;
      return XR_SUCCESS;
    }
  return wrong("xrCreateSwapchain", XR_ERROR_LIMIT_REACHED, "too many");
}

XrResult xrDestroySwapchain(XrSwapchain s) {
  Swapchain *c = (Swapchain *)s;
  NEED(c->used, "xrDestroySwapchain", XR_ERROR_HANDLE_INVALID, "twice");
  c->used = false;
  drop_textures(c);
  return XR_SUCCESS;
}

XrResult xrEnumerateSwapchainImages(XrSwapchain s, uint32_t capacity, uint32_t *count, XrSwapchainImageBaseHeader *images) {
  TWO_CALLS("xrEnumerateSwapchainImages", capacity, count, IMAGES);
  for (int i = 0; i < IMAGES; i++) {
    XrSwapchainImageOpenGLKHR *image = (XrSwapchainImageOpenGLKHR *)images + i;
    NEED(image->type == XR_TYPE_SWAPCHAIN_IMAGE_OPENGL_KHR, "xrEnumerateSwapchainImages", XR_ERROR_VALIDATION_FAILURE, "type");
    image->image = ((Swapchain *)s)->textures[i];
  }
  return XR_SUCCESS;
}

XrResult xrStringToPath(XrInstance i, const char *text, XrPath *path) {
  (void)i;
  int n = 0;
  while (n < R.path_count && strcmp(R.paths[n], text)) n++;
  NEED(n < 256, "xrStringToPath", XR_ERROR_PATH_COUNT_EXCEEDED, "too many");
  if (n == R.path_count) strcpy(R.paths[R.path_count++], text);
  *path = (XrPath)n + 1;
  return XR_SUCCESS;
}
XrResult xrPathToString(XrInstance i, XrPath path, uint32_t capacity, uint32_t *count, char *text) {
  (void)i;
  TWO_CALLS("xrPathToString", capacity, count, (uint32_t)strlen(R.paths[path - 1]) + 1);
  strcpy(text, R.paths[path - 1]);
  return XR_SUCCESS;
}

XrResult xrCreateActionSet(XrInstance i, const XrActionSetCreateInfo *info, XrActionSet *set) { (void)i; (void)info; static uintptr_t sets = 0; *set = (XrActionSet)((uintptr_t)&R.actions + 8 * ++sets); return XR_SUCCESS; }
XrResult xrDestroyActionSet(XrActionSet s) { (void)s; return XR_SUCCESS; }
XrResult xrCreateAction(XrActionSet s, const XrActionCreateInfo *info, XrAction *action) {
  (void)s;
  static int next = 0;  // no handle twice
  Action *a = &R.actions[next++ % MOST];
  *a = (Action){.used = true, .type = info->actionType};
  strcpy(a->name, info->actionName);
  *action = (XrAction)a;
  return XR_SUCCESS;
}
XrResult xrDestroyAction(XrAction a) { ((Action *)a)->used = false; return XR_SUCCESS; }

XrResult xrSuggestInteractionProfileBindings(XrInstance i, const XrInteractionProfileSuggestedBinding *b) {
  (void)i;
  NEED(!R.attached, "xrSuggestInteractionProfileBindings", XR_ERROR_ACTIONSETS_ALREADY_ATTACHED, "too late");
  const char *profile = R.paths[b->interactionProfile - 1];
  NEED(!strncmp(profile, "/interaction_profiles/", 22), "xrSuggestInteractionProfileBindings", XR_ERROR_PATH_UNSUPPORTED, profile);
  return XR_SUCCESS;
}
XrResult xrAttachSessionActionSets(XrSession s, const XrSessionActionSetsAttachInfo *info) {
  (void)s; (void)info;
  NEED(!R.attached, "xrAttachSessionActionSets", XR_ERROR_ACTIONSETS_ALREADY_ATTACHED, "twice");
  R.attached = true;
  return XR_SUCCESS;
}
XrResult xrSyncActions(XrSession s, const XrActionsSyncInfo *info) {
  (void)s; (void)info;
  CHECK_CALL("xrSyncActions");
  NEED(R.attached, "xrSyncActions", XR_ERROR_ACTIONSET_NOT_ATTACHED, "not attached");
  return R.state == XR_SESSION_STATE_FOCUSED ? XR_SUCCESS : XR_SESSION_NOT_FOCUSED;
}
XrResult xrGetActionStateBoolean(XrSession s, const XrActionStateGetInfo *info, XrActionStateBoolean *state) {
  (void)s;
  Action *a = (Action *)info->action;
  NEED(a->type == XR_ACTION_TYPE_BOOLEAN_INPUT, "xrGetActionStateBoolean", XR_ERROR_ACTION_TYPE_MISMATCH, a->name);
  bool focused = R.state == XR_SESSION_STATE_FOCUSED;
  *state = (XrActionStateBoolean){.type = XR_TYPE_ACTION_STATE_BOOLEAN, .isActive = focused};
  bool right = info->subactionPath != XR_NULL_PATH && strstr(R.paths[info->subactionPath - 1], "right");
  state->currentState = focused && right && (strcmp(a->name, "menu") ? R.trigger : R.menu);
  return XR_SUCCESS;
}
XrResult xrGetActionStatePose(XrSession s, const XrActionStateGetInfo *info, XrActionStatePose *state) { (void)s; (void)info; state->isActive = R.aims; return XR_SUCCESS; }
