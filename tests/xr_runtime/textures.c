// The swapchains' textures, in the application's OpenGL context, and what it has drawn into them.
#include "runtime.h"
#include <dlfcn.h>
#include <stdlib.h>

enum { TEXTURE_2D = 0x0DE1, BINDING = 0x8069, RGBA = 0x1908, BYTES = 0x1401, FLOATS = 0x1406, MIN_FILTER = 0x2801, LINEAR = 0x2601, PACK_BUFFER = 0x88EB };

static void *gl(const char *name) {
  static void *library;
  if (!library) library = dlopen("libGL.so.1", RTLD_NOW);
  if (!library) library = dlopen("libOpenGL.so.0", RTLD_NOW);
  return dlsym(library, name);
}
#define CALL(name, types) ((void(*)types)gl(name))

static void *current(const char *library, const char *call) {
  void *(*get)(void) = dlsym(dlopen(library, RTLD_NOW), call);
  return get ? get() : NULL;
}

// As in openxr_platform.h, without the headers that that wants.
typedef struct { XrStructureType type; const void *next; void *display; uint32_t visual; void *config; unsigned long drawable; void *context; } Xlib;
typedef struct { XrStructureType type; const void *next; void *get, *display, *config, *context; } Egl;

bool is_current(const XrBaseInStructure *binding) {
  if (binding->type == XR_TYPE_GRAPHICS_BINDING_OPENGL_XLIB_KHR) {
    const Xlib *b = (const void *)binding;
    return b->display && b->visual && b->config && b->context && b->context == current("libGL.so.1", "glXGetCurrentContext") &&
           (void *)b->drawable == current("libGL.so.1", "glXGetCurrentDrawable") && b->display == current("libGL.so.1", "glXGetCurrentDisplay");
  }
  const Egl *b = (const void *)binding;
  return b->get && b->config && b->context && b->context == current("libEGL.so.1", "eglGetCurrentContext") && b->display == current("libEGL.so.1", "eglGetCurrentDisplay");
}

static int bound(void) {
  int name;
  CALL("glGetIntegerv", (unsigned, int *))(BINDING, &name);
  return name;
}

static void bind(unsigned name) { CALL("glBindTexture", (unsigned, unsigned))(TEXTURE_2D, name); }

void make_textures(Swapchain *s) {
  int before = bound();
  CALL("glGenTextures", (int, unsigned *))(IMAGES, s->textures);
  for (int i = 0; i < IMAGES; i++) {
    bind(s->textures[i]);
    CALL("glTexImage2D", (unsigned, int, int, int, int, int, unsigned, unsigned, const void *))
    (TEXTURE_2D, 0, (int)s->format, (int)s->width, (int)s->height, 0, RGBA, s->format == 0x881A ? FLOATS : BYTES, NULL);
    CALL("glTexParameteri", (unsigned, unsigned, int))(TEXTURE_2D, MIN_FILTER, LINEAR);
  }
  bind((unsigned)before);
}

void drop_textures(Swapchain *s) { CALL("glDeleteTextures", (int, const unsigned *))(IMAGES, s->textures); }

void save_picture(const Swapchain *s, XrRect2Di rect, const char *name) {
  unsigned char *pixels = malloc(4ul * s->width * s->height);
  int before = bound();
  bind(s->textures[s->released]);
  CALL("glGetTexImage", (unsigned, int, unsigned, unsigned, void *))(TEXTURE_2D, 0, RGBA, BYTES, pixels);
  bind((unsigned)before);
  char path[128];
  snprintf(path, sizeof path, "%s.ppm", name);
  FILE *f = open_out(path, "wb");
  fprintf(f, "P6 %d %d 255\n", rect.extent.width, rect.extent.height);
  for (int y = rect.extent.height - 1; y >= 0; y--)  // OpenGL's first row is the bottom one
    for (int x = 0; x < rect.extent.width; x++)
      fwrite(pixels + 4 * ((size_t)(y + rect.offset.y) * s->width + (size_t)(x + rect.offset.x)), 1, 3, f);
  fclose(f);
  free(pixels);
}
