#version 330
// First pass: what is seen through the middle of each light texel, and the light there (noisy in a square pattern).
// Targets: light rgb + surface id; normal + distance.
#include "room_scene.glsl"
#include "room_light.glsl"
uniform int period;           // side of the pattern, 1, 2 or 4
layout(location = 0) out vec4 out_light;
layout(location = 1) out vec4 out_guide;

void main() {
    ivec2 y = whole_pixel();
    vec3 d = ray(origin + texel * (vec2(y) + 0.5));
    Hit h = trace(camera, d);
    ivec2 x = y & (period - 1);
    int phase = (x.x + period * x.y) * 7 * (16 / (period * period)) & 15;  // neighbours far apart in the sample order
    out_light = vec4(light_at(camera + d * h.t, h.n, phase), float(h.id));
    out_guide = vec4(h.n, h.t);
}
