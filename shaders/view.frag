#version 330
// The panorama in a rectilinear view, from the cyclic atlas.
//
// Atlas: texel (0, 0) of the texture is the top left texel of slot (0, 0); rows run downward in the picture, v grows with
// them. World cell (row, column) lies in slot (row mod rows, column mod columns), so world texel coordinates divided by
// the texture's size are texture coordinates, and GL_REPEAT does the rest (viewer/atlas.py).

in vec2 device;
out vec4 colour;

uniform sampler2D fresh;      // newest pixels
uniform sampler2D former;     // what a slot showed before, for the cross-fade
uniform sampler2D state;      // one texel a slot: r = when `fresh` arrived in seconds, negative if empty; g = 1 if `former` holds
uniform vec2 half_size;       // tangents of half the field of view
uniform float pitch;
uniform float eye_texel;      // world texel column under the view's middle, modulo the texture's width
uniform vec2 panorama_px;     // width, height of the full panorama
uniform vec2 patch_px;        // of one slot, twice
uniform float half_extent;    // pitch of the upper border
uniform bool mercator;
uniform float now;            // seconds, on the clock of `state`
uniform float fade_s;

const float PI = 3.14159265;
const int TAPS = 24;

float ordinate(float angle) { return mercator ? log(tan(0.25 * PI + 0.5 * angle)) : angle; }

// What stands in for a patch that is still to come: a dim room without detail.
vec3 placeholder(float angle) { return mix(vec3(0.13, 0.12, 0.12), vec3(0.24, 0.25, 0.27), smoothstep(-0.9, 0.9, angle)); }

// World texel coordinates (column, row), the row within the panorama. w is 0 where nothing has arrived.
vec4 texel(vec2 at, float angle) {
    vec2 size = vec2(textureSize(fresh, 0));
    vec2 slots = size / patch_px;
    vec4 s = texelFetch(state, ivec2(mod(floor(at / patch_px), slots)), 0);
    vec3 before = s.g > 0.5 ? textureLod(former, at / size, 0.0).rgb : placeholder(angle);
    if (s.r < 0.0) return vec4(before, s.g);
    float t = fade_s > 0.0 ? smoothstep(0.0, 1.0, (now - s.r) / fade_s) : 1.0;
    return vec4(mix(before, textureLod(fresh, at / size, 0.0).rgb, t), max(s.g, t));
}

// Beyond the border row: that row again, blurred the wider the nearer the pole, where all of it is averaged.
vec3 cap(float column, float row, float angle) {
    float beyond = (abs(angle) - half_extent) / (0.5 * PI - half_extent);
    float reach = 0.5 * panorama_px.x * smoothstep(0.0, 1.0, beyond) + 0.02 * panorama_px.x * min(1.0, 12.0 * beyond);
    vec4 sum = vec4(0.0);
    for (int i = 0; i < TAPS; i++) {
        float o = (float(i) + 0.5) / float(TAPS) * 2.0 - 1.0;
        vec4 c = texel(vec2(column + o * reach, row), angle);
        sum += vec4(c.rgb, 1.0) * (1.0 - 0.6 * o * o * (1.0 - beyond)) * (c.w + 1e-3);
    }
    return sum.rgb / sum.w;
}

void main() {
    vec2 p = device * half_size;
    float c = cos(pitch), s = sin(pitch);
    vec3 d = vec3(p.x, c * p.y + s, c - s * p.y);           // X right, Y up, Z forward, turned up by the pitch only
    float yaw = atan(d.x, d.z), angle = atan(d.y, length(d.xz));
    float row = (0.5 - 0.5 * ordinate(clamp(angle, -half_extent, half_extent)) / ordinate(half_extent)) * panorama_px.y;
    row = clamp(row, 0.5, panorama_px.y - 0.5);
    float column = eye_texel + yaw / (2.0 * PI) * panorama_px.x;
    vec3 seen = abs(angle) > half_extent ? cap(column, row, angle) : texel(vec2(column, row), angle).rgb;
    colour = vec4(seen, 1.0);
}
