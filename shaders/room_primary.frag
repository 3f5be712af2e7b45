#version 330
// Third pass, supersampled: the colour of what is seen, and the guide by which light is fetched for it.
#include "room_scene.glsl"
#include "room_surface.glsl"
uniform vec2 size_px;
uniform float u0;
uniform float half_ordinate;
layout(location = 0) out vec4 out_colour;
layout(location = 1) out vec4 out_guide;

void main() {
    vec3 d = ray(gl_FragCoord.xy / size_px, u0, half_ordinate);
    Hit h = trace(camera, d);
    vec3 p = camera + d * h.t, c;
    bool shown = false;
    if (h.id >= 10) {
        shown = primitive_colour[h.id - 10].w == 4.0;
        c = shown ? lamp_shown * (0.75 + 0.25 * abs(dot(h.n, d))) : primitive_at(h.id - 10, p, h.n);
    }
    else if (h.id == 5) c = floor_at(p);
    else if (h.id == 6) c = plain_colour(6);
    else c = wall_at(h.id, p, d, shown);
    out_colour = vec4(c, shown ? 0.0 : float(h.id));
    out_guide = vec4(h.n, h.t);
}
