#version 330
// First pass: what is seen through the middle of each light texel, and the light there (noisy in a 4×4 pattern).
// Targets: light rgb + surface id; normal + distance.
#include "room_scene.glsl"
#include "room_light.glsl"
uniform vec2 size_px;         // of this target
uniform float u0;
uniform float half_ordinate;
layout(location = 0) out vec4 out_light;
layout(location = 1) out vec4 out_guide;

void main() {
    vec3 d = ray(gl_FragCoord.xy / size_px, u0, half_ordinate);
    Hit h = trace(camera, d);
    ivec2 x = ivec2(gl_FragCoord.xy) & 3;
    int phase = (x.x + 4 * x.y) * 7 & 15;  // neighbours far apart in the sample order
    out_light = vec4(light_at(camera + d * h.t, h.n, phase), float(h.id));
    out_guide = vec4(h.n, h.t);
}
