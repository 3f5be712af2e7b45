#version 330
// The panorama through a lens, from the cyclic atlases of its levels of detail.
//
// Atlas: texel (0, 0) of the texture is the top left texel of slot (0, 0); rows run downward in the picture, v grows with
// them. World cell (row, column) lies in slot (row mod rows, column mod columns), so world texel coordinates divided by
// the texture's size are texture coordinates, and GL_REPEAT does the rest (viewer/rendering/atlas.py).

// Software OpenGL runs both sides of every branch, so what a picture does not need is left out when the program is
// compiled: viewer/rendering defines LENS and, while it changes, FORMER_LENS (0 rectilinear, 1 Panini, 2 stereographic,
// 3 cylindrical; viewer/camera has the same maps), and CAP, FADE, SHARP (Catmull-Rom, not bilinear) and XRAY;
// FINE where a finer level lies over the first, FINER where a still finer one lies over that. A level that covers the
// whole view is drawn as if it were the only one. FRUSTUM instead of LENS: an eye of a headset (viewer/camera/head.py,
// web/camera/eye.js), SPHERE: every direction at once (viewer/camera/sphere.py); LINEAR: in linear light, for a target
// that is not sRGB.

in vec2 device;
out vec4 colour;

uniform sampler2D fresh;      // newest pixels
uniform sampler2D former;     // what a slot showed before, for the cross-fade
uniform sampler2D state;      // one texel a slot: r = when `fresh` arrived in seconds, negative if empty; g = 1 if `former` holds
uniform int lens_now;         // what LENS …
uniform int lens_before;      // … and FORMER_LENS stand for in the one program for every change of lens
uniform float lens_mix;       // FORMER_LENS fades into LENS as this goes to 1
uniform vec2 half_size;       // plane coordinates of the viewport's right and upper edges, through LENS …
uniform vec2 former_half_size; // … and through FORMER_LENS
uniform sampler2D tint;       // one texel a slot: a colour over it, a = opacity
uniform sampler2D seam;       // one texel a slot: contrast of its right (r) and lower (g) border, 0 if not known
#ifdef FRUSTUM
uniform vec4 frustum;         // plane coordinates at distance 1 are device coordinates times xy plus zw …
uniform mat3 turn;            // … and this turns them into the frame that is turned by the view's yaw
uniform float darkness;       // 1 is black
#endif
uniform float reach_px;       // columns farther than this from the eye are not in the atlas
uniform float pitch;
uniform float eye_texel;      // world texel column under the view's middle, modulo the texture's width
uniform vec2 panorama_px;     // width, height of the full panorama
uniform vec2 patch_px;        // of one slot, twice
uniform float half_extent;    // pitch of the upper border
uniform bool mercator;
uniform float now;            // seconds, on the clock of `state`
uniform float fade_s;
#ifdef FINE
uniform sampler2D fine_fresh, fine_former, fine_state, fine_tint, fine_seam; // as above, but see `over` for the state
uniform float fine_eye;       // as eye_texel
uniform vec2 fine_px;         // as panorama_px
uniform vec4 fine_held;       // left, top, right, bottom of what is in the atlas, columns counted from the eye's
uniform float fine_opacity;
#endif
#ifdef FINER
uniform sampler2D finer_fresh, finer_former, finer_state, finer_tint, finer_seam;
uniform float finer_eye;
uniform vec2 finer_px;
uniform vec4 finer_held;
uniform float finer_opacity;
#endif

const float PI = 3.14159265;
const int TAPS = 24;
const float BORDER_PX = 0.6;   // texels to either side of a border that the X-ray colours

float ordinate(float angle) { return mercator ? log(tan(0.25 * PI + 0.5 * angle)) : angle; }

// What stands in for a patch that is still to come: a dim room without detail.
vec3 placeholder(float angle) { return mix(vec3(0.13, 0.12, 0.12), vec3(0.24, 0.25, 0.27), smoothstep(-0.9, 0.9, angle)); }

// Catmull-Rom in nine bilinear fetches; rows end at the panorama's edges, columns go on.
vec3 catmull_rom(sampler2D atlas, vec2 at, vec2 size) {
    vec2 middle = floor(at - 0.5) + 0.5, f = at - middle;
    vec2 w0 = f * (-0.5 + f * (1.0 - 0.5 * f)), w1 = 1.0 + f * f * (1.5 * f - 2.5);
    vec2 w2 = f * (0.5 + f * (2.0 - 1.5 * f)), w3 = f * f * (0.5 * f - 0.5);
    vec2 w[3] = vec2[](w0, w1 + w2, w3);
    vec2 x[3] = vec2[](middle - 1.0, middle + w2 / w[1], middle + 2.0);
    vec3 sum = vec3(0.0);
    for (int i = 0; i < 3; i++)
        for (int j = 0; j < 3; j++) {
            float row = clamp(x[j].y, 0.5, panorama_px.y - 0.5);
            sum += w[i].x * w[j].y * textureLod(atlas, vec2(x[i].x, row) / size, 0.0).rgb;
        }
    return clamp(sum, 0.0, 1.0);
}

vec3 bilinear(sampler2D atlas, vec2 at, vec2 size) { return textureLod(atlas, at / size, 0.0).rgb; }

#ifdef SHARP
#define FILTER catmull_rom
#else
#define FILTER bilinear
#endif

// Of the slot under world texel `at`: when its pixels arrived, negative if it is empty; 1 if `former` holds others.
vec2 slot_state(vec2 at, vec2 size) {
    vec2 s = texelFetch(state, ivec2(mod(floor(at / patch_px), size / patch_px)), 0).rg;
    return abs(at.x - eye_texel) > reach_px ? vec2(-1.0, 0.0) : s;
}

float arrived(vec2 s) {
#ifdef FADE
    return s.r < 0.0 ? 0.0 : smoothstep(0.0, 1.0, (now - s.r) / fade_s);
#else
    return step(0.0, s.r);
#endif
}

// World texel coordinates (column, row), the row within the panorama.
vec3 texel(vec2 at, float angle) {
    vec2 size = vec2(textureSize(fresh, 0)), s = slot_state(at, size);
#ifdef FADE
    vec3 before = s.g > 0.5 ? FILTER(former, at, size) : placeholder(angle);
#else
    vec3 before = placeholder(angle);
#endif
    return mix(before, FILTER(fresh, at, size), arrived(s));
}

#ifdef FINE
// Whether world texel `at` of a fine level has a slot.
bool held(vec2 at, float eye, vec4 area) {
    float away = at.x - eye;
    return away >= area.x && away < area.z && at.y >= area.y && at.y < area.w;
}

// A fine level over what lies under it. Its slots' states: r = since when, negative if empty; g = 0: `fresh` fades in,
// above 0: over `former`, which was so opaque, below 0: `fresh` fades out, from having been so opaque. Nothing is read
// beyond the slot: its neighbours may be empty.
vec3 over(vec3 under, sampler2D pixels, sampler2D before, sampler2D states, vec2 at, bool there, float opacity) {
    vec2 size = vec2(textureSize(pixels, 0)), cell = floor(at / patch_px);
    vec2 s = texelFetch(states, ivec2(mod(cell, size / patch_px)), 0).rg;
    float t = smoothstep(0.0, 1.0, (now - s.r) / fade_s);
    float alpha = s.g < 0.0 ? -s.g * (1.0 - t) : mix(s.g, 1.0, t);
    vec2 inside = clamp(at, cell * patch_px + 0.5, cell * patch_px + patch_px - 0.5);
    vec3 colour = bilinear(pixels, inside, size);
    if (s.g > 0.0) colour = mix(bilinear(before, inside, size), colour, t);
    return mix(under, colour, there && s.r >= 0.0 ? alpha * opacity : 0.0);
}
#endif

#ifdef CAP
// Beyond the border row: that row again, blurred the wider the nearer the pole, where all of it is averaged.
// The reach is that of viewer/visibility.py (cap_reach), which makes the patches visible that are read here.
vec3 cap(float column, float row, float angle) {
    float beyond = (abs(angle) - half_extent) / (0.5 * PI - half_extent);
    float reach = panorama_px.x * min(0.5, 0.5 * smoothstep(0.0, 1.0, beyond) + 0.02 * min(1.0, 12.0 * beyond));
    vec2 size = vec2(textureSize(fresh, 0));
    vec4 sum = vec4(0.0);
    for (int i = 0; i < TAPS; i++) {
        float o = (float(i) + 0.5) / float(TAPS) * 2.0 - 1.0;
        vec2 at = vec2(column + o * reach, row), s = slot_state(at, size);
        float t = arrived(s);
        vec3 before = s.g > 0.5 ? bilinear(former, at, size) : placeholder(angle);
        float weight = (1.0 - 0.6 * o * o * (1.0 - beyond)) * (max(s.g, t) + 1e-3);
        sum += vec4(mix(before, bilinear(fresh, at, size), t), 1.0) * weight;
    }
    return sum.rgb / sum.w;
}
#endif

#ifdef XRAY
// Contrast of a border as a colour: blue below 0.7, white at 1, red from 1.6; grey where it is not known.
vec3 heat(float contrast) {
    if (contrast <= 0.0) return vec3(0.35);
    vec3 hot = mix(vec3(1.0), vec3(1.0, 0.1, 0.05), clamp((contrast - 1.0) / 0.6, 0.0, 1.0));
    return contrast < 1.0 ? mix(vec3(1.0), vec3(0.2, 0.4, 1.0), clamp((1.0 - contrast) / 0.3, 0.0, 1.0)) : hot;
}

// The X-ray over a pixel of the cylinder, of one level.
vec3 xrayed(vec3 seen, vec2 at, sampler2D tint, sampler2D seam) {
    vec2 slots = vec2(textureSize(tint, 0)), cell = at / patch_px, inside = fract(cell);
    vec2 slot = mod(floor(cell), slots);
    vec4 over = texelFetch(tint, ivec2(slot), 0);
    seen = mix(seen, over.rgb, over.a);
    vec2 edge = (0.5 - abs(inside - 0.5)) * patch_px;                       // texels to the nearest borders
    vec2 owner = mod(slot + slots - vec2(lessThan(inside, vec2(0.5))), slots); // whose right or lower border that is
    if (edge.x < BORDER_PX) seen = mix(seen, heat(texelFetch(seam, ivec2(owner.x, slot.y), 0).r), 0.8);
    if (edge.y < BORDER_PX) seen = mix(seen, heat(texelFetch(seam, ivec2(slot.x, owner.y), 0).g), 0.8);
    return seen;
}

#endif

// Direction under a point of a lens's plane, turned by the pitch: X right, Y up, Z toward the horizon ahead.
vec3 ray(int through, vec2 p) {
    if (through == 3) {
        float rise = atan(sinh(atanh(clamp(sin(pitch), -0.999999, 0.999999)) + p.y));
        return vec3(sin(p.x) * cos(rise), sin(rise), cos(p.x) * cos(rise));
    }
    vec3 d = vec3(p, 1.0);
    if (through == 2) d.z = 1.0 - 0.25 * dot(p, p);
    if (through == 1) {
        float turn = 2.0 * atan(0.5 * p.x);
        d = vec3(sin(turn), 0.5 * p.y * (1.0 + cos(turn)), cos(turn));
    }
    float c = cos(pitch), s = sin(pitch);
    return vec3(d.x, c * d.y + s * d.z, c * d.z - s * d.y);
}

void main() {
#ifdef FRUSTUM
    vec3 d = turn * vec3(device * frustum.xy + frustum.zw, 1.0);
#elif defined SPHERE
    vec2 over = device * vec2(PI, 0.5 * PI);
    vec3 d = vec3(vec2(sin(over.x), cos(over.x)) * cos(over.y), sin(over.y)).xzy;
#else
    vec3 d = ray(LENS, device * half_size);
#endif
#ifdef FORMER_LENS
    d = mix(normalize(ray(FORMER_LENS, device * former_half_size)), normalize(d), lens_mix);
#endif
    float yaw = atan(d.x, d.z), angle = atan(d.y, length(d.xz));
    float row = (0.5 - 0.5 * ordinate(clamp(angle, -half_extent, half_extent)) / ordinate(half_extent)) * panorama_px.y;
#ifdef FINE
    float share = row / panorama_px.y;
#endif
    row = clamp(row, 0.5, panorama_px.y - 0.5);
    float column = eye_texel + yaw / (2.0 * PI) * panorama_px.x;
    vec3 seen = texel(vec2(column, row), angle);
#ifdef FINE
    vec2 fine_at = vec2(fine_eye + yaw / (2.0 * PI) * fine_px.x, clamp(share * fine_px.y, 0.5, fine_px.y - 0.5));
    bool there = held(fine_at, fine_eye, fine_held);
    seen = over(seen, fine_fresh, fine_former, fine_state, fine_at, there, fine_opacity);
#endif
#ifdef FINER
    vec2 finer_at = vec2(finer_eye + yaw / (2.0 * PI) * finer_px.x, clamp(share * finer_px.y, 0.5, finer_px.y - 0.5));
    bool finer_there = held(finer_at, finer_eye, finer_held);
    seen = over(seen, finer_fresh, finer_former, finer_state, finer_at, finer_there, finer_opacity);
#endif
#ifdef XRAY
    vec3 marked = xrayed(seen, vec2(column, row), tint, seam);
#ifdef FINE
    if (there) marked = xrayed(seen, fine_at, fine_tint, fine_seam);
#endif
#ifdef FINER
    if (finer_there) marked = xrayed(seen, finer_at, finer_tint, finer_seam);
#endif
    seen = marked;
#endif
#ifdef CAP
    if (abs(angle) > half_extent) seen = cap(column, row, angle);
#endif
#ifdef FRUSTUM
    seen *= 1.0 - darkness;
#endif
#ifdef LINEAR
    seen = mix(seen / 12.92, pow((seen + 0.055) / 1.055, vec3(2.4)), step(0.04045, seen));
#endif
    colour = vec4(seen, 1.0);
}
