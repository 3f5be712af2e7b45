// Colours of the surfaces of furnished rooms, without light. Needs room_things.glsl and room_light.glsl (windows).
//
// A solid's material is its kind (cocogan_core/data/rooms/primitives.py) + 16 × the wall that it faces away from + 128 × its
// variant, by which books and pictures differ, wherever they stand and whatever else there is. On it,
// x runs to the right as seen from its front, y up, and z out. Every pattern lies in the frame that turns with the room.

uniform vec4 door;            // wall; metres right of its middle; half width; height
uniform vec3 door_colour;
uniform vec4 rug;             // middle x, z; half x, z
uniform vec3 rug_colour;
uniform vec3 rug_second;
uniform vec3 art_colour[2];
uniform vec4 panel;           // colour of the lower wall; w: its height in metres
uniform float paper;          // contrast of the wallpaper
uniform int floor_kind;       // 0 boards, 1 herringbone, 2 tiles, 3 carpet
uniform float fire;           // brightness of the fireplace's fire

const vec3 WHITE = vec3(0.88, 0.87, 0.85);

int kind_of(int k) { return int(solid_colour[k].w) % 16; }

int facing_of(int k) { return int(solid_colour[k].w) / 16 % 8; }

int variant_of(int k) { return int(solid_colour[k].w) / 128; }

vec3 right_of(int id) { return id == 1 ? vec3(1, 0, 0) : id == 2 ? vec3(0, 0, -1) : id == 3 ? vec3(-1, 0, 0) : vec3(0, 0, 1); }

float covered(float signed_metres, float gap) { return clamp(0.5 - signed_metres / max(gap, 1e-3), 0.0, 1.0); }

// Cells side by side: their size in metres; how far rows are shifted by chance, in cells, or, below 0, every other row;
// half width and darkness of the seams between them; how much cells differ. Returns what colours are multiplied by.
struct Cells { vec2 size; float shift; float seam; float dark; float vary; };

float cells(vec2 u, vec2 gap, Cells a) {
    float y = u.y / a.size.y, row = floor(y);
    float x = u.x / a.size.x + (a.shift < 0.0 ? -a.shift * mod(row, 2.0) : a.shift * hash(vec2(row, 3.0))), column = floor(x);
    vec2 away = (0.5 - abs(vec2(x - column, y - row) - 0.5)) * a.size, fine = gap / a.size;
    float seam = max(line(away.x, a.seam, gap.x), line(away.y, a.seam, gap.y));
    float vary = a.vary * (hash(vec2(column, row)) - 0.5) * kept(max(fine.x, fine.y));
    return (1.0 + vary) * (1.0 - a.dark * seam);
}

// Blocks of 4 × 1 in zigzag, for u in blocks' widths.
float herringbone(vec2 u, float gap) {
    vec2 i = floor(u), f = u - i;
    float d = mod(i.x - i.y, 8.0);
    bool lying = d < 4.0;
    vec2 first = lying ? vec2(i.x - d, i.y) : vec2(i.x, i.y + d - 7.0);
    float across = lying ? f.y : f.x, along = lying ? d + f.x : 7.0 - d + f.y;
    float away = min(min(across, 1.0 - across), min(along, 4.0 - along));
    float vary = (0.22 * (hash(first) - 0.5) + (lying ? 0.035 : -0.035)) * kept(gap);
    return (1.0 + vary) * (1.0 - 0.35 * line(away, 0.014, gap));
}

float on_floor(vec3 p, vec2 gap) {
    if (floor_kind == 1) return herringbone(mat2(0.7071, -0.7071, 0.7071, 0.7071) * p.xz / 0.11, max(gap.x, gap.y) / 0.11);
    Cells a = Cells(vec2(1.5, 0.15), 2.1, 0.002, 0.35, 0.20);
    if (floor_kind == 2) a = Cells(vec2(0.45, 0.45), 0.0, 0.003, 0.22, 0.05);
    if (floor_kind == 3) return 1.0;
    return cells(p.zx, gap, a);
}

vec3 floor_at(vec3 p) {
    vec2 gap = vec2(span(vec3(0, 0, 1)), span(vec3(1, 0, 0))), e = rug.zw - abs(p.xz - rug.xy);
    float inside = min(e.x, e.y), g = max(gap.x, gap.y);
    vec3 c = floor_colour * on_floor(p, gap);
    vec2 q = abs(p.xz - rug.xy) / 0.17, f = abs(fract(q) - 0.5);
    float motif = covered((f.x + f.y - 0.34) * 0.17, g) * covered(0.24 - inside, g);
    vec3 woven = mix(rug_colour, rug_second, max(0.45 * motif, 0.9 * line(inside - 0.13, 0.035, g)));
    woven *= 1.0 - 0.25 * line(inside, 0.02, g);
    return mix(c, woven, covered(-inside, g));
}

// A door or drawer front: rings around its panels and a handle; q from its middle, h its half size.
vec3 front(vec3 c, vec2 q, vec2 h, float gap, bool drawer, float hinge) {
    vec2 e = h - abs(q);
    float inside = min(e.x, e.y), ring = line(inside - 0.065, 0.006, gap) * (drawer ? 0.0 : 0.22);
    vec2 m = drawer ? vec2(abs(q.x) - 0.05, q.y) : vec2(q.x - hinge * (h.x - 0.035), abs(q.y) - 0.07);
    float handle = drawer ? covered(max(m.x, abs(m.y) - 0.008), gap) : covered(max(abs(m.x) - 0.008, m.y), gap);
    c *= (1.0 - 0.6 * line(inside, 0.003, gap)) * (1.0 - ring);
    return mix(c, vec3(0.16, 0.15, 0.13), handle);
}

vec3 fronts(vec3 c, vec2 q, vec2 h, float gap, bool drawers) {
    vec2 count = drawers ? vec2(h.x > 0.3 ? 2.0 : 1.0, floor(h.y / 0.11)) : vec2(2.0 * max(1.0, floor(h.x / 0.42)), 1.0);
    vec2 size = 2.0 * h / count, i = clamp(floor((q + h) / size), vec2(0), count - 1.0);
    return front(c, q + h - (i + 0.5) * size, 0.5 * size, gap, drawers, mod(i.x, 2.0) < 0.5 ? 1.0 : -1.0);
}

vec3 books(vec2 q, vec2 h, float gap, float seed) {
    float width = 2.0 * h.x / floor(2.0 * h.x / 0.040), x = (q.x + h.x) / width, column = floor(x), y = q.y + h.y;
    float k = hash(vec2(column, seed)), high = (0.70 + 0.28 * hash(vec2(seed, column))) * 2.0 * h.y;
    vec3 c = k < 0.25 ? 0.75 * art_colour[0] : k < 0.5 ? 0.75 * art_colour[1] : k < 0.75 ? vec3(0.68, 0.63, 0.53) : vec3(0.20, 0.13, 0.10);
    c *= 0.8 + 0.4 * fract(k * 17.0);
    c = book_back(c, (x - column - 0.5) * width, y, high, k, gap);
    c *= 1.0 - 0.5 * line((0.5 - abs(x - column - 0.5)) * width, 0.0025, gap);
    return mix(vec3(0.05, 0.045, 0.04), c, covered(y - high, gap));
}

// What a picture shows, for v in −1 … 1: hills under a sun, or discs and a band.
vec3 art(vec2 v, float k, float gap) {
    vec3 one = k > 0.5 ? art_colour[0] : art_colour[1], two = k > 0.5 ? art_colour[1] : art_colour[0];
    vec3 c = vec3(0.86, 0.82, 0.74);
    float a = fract(k * 13.0), b = fract(k * 29.0);
    bool hills = fract(k * 7.0) < 0.55;
    vec2 sun = vec2(1.0 * a - 0.5, 0.25 + 0.3 * b);
    c = mix(c, mix(two, vec3(0.95, 0.75, 0.45), 0.5), covered(length(v - sun) - (hills ? 0.20 : 0.34), gap));
    float far = hills ? v.y - 0.16 * sin(v.x * 3.1 + 6.0 * a) - 0.05 : abs(v.x + 0.4 * (a - 0.5)) - 0.16 - 0.15 * b;
    float near = hills ? v.y + 0.42 - 0.14 * sin(v.x * 4.3 + 9.0 * b) : length((v - vec2(0.3 - 0.6 * b, -0.45)) * vec2(0.8, 1.0)) - 0.36;
    c = mix(c, one, covered(far, gap));
    return mix(c, hills ? one * 0.45 : two * 0.7, covered(near, gap));
}

vec3 picture(vec3 rim, vec2 q, vec2 h, float seed, float gap) {
    vec2 e = h - abs(q);
    float inside = min(e.x, e.y), mat = 0.022 + 0.16 * min(h.x, h.y), small = min(h.x, h.y) - mat;
    vec3 c = mix(vec3(0.88, 0.87, 0.83), art(q / small, hash(vec2(seed, 2.0)), gap / small), covered(mat - inside, gap));
    return mix(c, rim, covered(inside - 0.022, gap));
}

vec3 flames(vec2 q, vec2 h) {
    float y = (q.y + h.y) / (2.0 * h.y), x = q.x / h.x;
    float tongues = 0.5 + 0.28 * sin(x * 9.0 + 1.0) + 0.22 * sin(x * 17.0) - 1.1 * x * x;
    float glow = smoothstep(0.25, -0.2, y - 0.75 * tongues);
    return vec3(0.012, 0.010, 0.009) + fire * glow * mix(vec3(0.75, 0.16, 0.02), vec3(1.0, 0.70, 0.25), smoothstep(0.5, 0.0, y + 0.25 * x * x));
}

vec3 piano_keys(vec2 q, float gap) {  // q to the right and out, on top
    float key = q.x / 0.0235, edge = floor(key + 0.5), black = mod(edge, 7.0);
    float away = (key - edge) * 0.0235;
    vec3 c = WHITE * (1.0 - 0.6 * line(away, 0.0008, gap));
    bool has = black != 0.0 && black != 3.0 && q.y < 0.02;
    return mix(c, vec3(0.02), has ? line(away, 0.006, gap) : 0.0);
}

// Whether a ray is sent on: on a mirror within its rim.
bool reflects(Hit h, vec3 p) {
    if (h.id < 10 || kind_of(h.id - 10) != 10) return false;
    int k = h.id - 10, facing = facing_of(k);
    vec3 q = p - solid_centre[k].xyz, r = right_of(facing), half_size = solid_half[k].xyz;
    vec2 e = vec2(dot(half_size, abs(r)) - abs(dot(q, r)), half_size.y - abs(q.y));
    return dot(h.n, inward(facing)) > 0.9 && min(e.x, e.y) > 0.025;
}

vec3 solid_at(int k, vec3 p, vec3 n, out bool shown) {
    int kind = kind_of(k), facing = facing_of(k);
    vec3 c = solid_colour[k].rgb, q = p - solid_centre[k].xyz, r = right_of(facing), h = solid_half[k].xyz;
    vec2 u = vec2(dot(q, r), q.y), half_size = vec2(dot(h, abs(r)), h.y);
    float gap = max(span(r), span(vec3(0, 1, 0)));
    bool ahead = dot(n, inward(facing)) > 0.7;
    shown = kind == 4 || kind == 12 && ahead;
    if (kind == 8) return c * leaves(q, h);
    if (kind == 13 && n.y > 0.7) return piano_keys(vec2(u.x, dot(q, inward(facing))), max(span(r), span(inward(facing))));
    if (kind == 11) return c * cells(ahead ? u : vec2(dot(q, inward(facing)), q.y), vec2(gap), Cells(vec2(0.24, 0.08), -0.5, 0.004, -0.18, 0.22));
    if (!ahead) return c;
    float seed = float(variant_of(k));
    if (kind == 3) return books(u, half_size, gap, seed);
    if (kind == 6 || kind == 9) return fronts(c, u, half_size, gap, kind == 9);
    if (kind == 7) return picture(c, u, half_size, seed, gap);
    if (kind == 12) return flames(u, half_size);
    if (kind == 14) return c * cells(u, vec2(gap), Cells(vec2(99.0, 0.045), 0.0, 0.006, 0.30, 0.0));
    return c;
}

vec3 window_at(int w, vec2 q, vec3 d, float gap, out bool shown) {
    vec2 h = window_half[w], e = h - abs(q);
    float inside = min(e.x, e.y), bar = min(h.x > 0.5 ? abs(q.x) : 9.0, abs(q.y - 0.35 * h.y));
    shown = inside > 0.045 && bar > 0.020;
    if (shown) return outside(d);
    return vec3(0.90, 0.89, 0.87) * (1.0 - 0.2 * line(inside + 0.006, 0.006, gap));
}

vec3 door_at(vec2 q, vec2 h, float gap) {
    vec2 e = h - abs(q);
    float inside = min(e.x, h.y - q.y);
    if (inside < 0.0) return vec3(0.90, 0.89, 0.87) * (1.0 - 0.15 * line(inside + 0.085, 0.006, gap));
    bool low = q.y < -0.02;
    vec2 panel_edge = abs(q - vec2(0, low ? -0.47 : 0.46)) - vec2(0.27, low ? 0.36 : 0.40);
    float ring = line(max(panel_edge.x, panel_edge.y), 0.010, gap);
    vec2 m = q - vec2(0.34, 0.02);
    float handle = max(covered(length(m) - 0.026, gap), covered(max(abs(m.x + 0.055) - 0.06, abs(m.y) - 0.009), gap));
    vec3 c = door_colour * (1.0 - 0.22 * ring) * (1.0 - 0.45 * line(inside, 0.008, gap));
    return mix(c, vec3(0.30, 0.28, 0.25), handle);
}

// Returns the colour; `shown` is set where it is to be shown as it is.
vec3 wall_at(int id, vec3 p, vec3 d, out bool shown) {
    vec2 u = wall_point(id, p);
    float across = span(right_of(id)), gap = max(across, span(vec3(0, 1, 0)));
    shown = false;
    for (int w = 0; w < 2; w++) {
        if (int(window_place[w].x) != id) continue;
        vec2 q = vec2(in_window(w, u.x - window_place[w].y), u.y - window_place[w].z), e = window_half[w] + 0.07 - abs(q);
        if (min(e.x, e.y) > 0.0) return window_at(w, q, d, gap, shown);
    }
    vec2 q = vec2(u.x - door.y, u.y - 0.5 * door.w), h = vec2(door.z, 0.5 * door.w);
    if (int(door.x) == id && abs(q.x) < h.x + 0.09 && q.y < h.y + 0.09) return door_at(q, h, gap);
    if (u.y < 0.10 || u.y > room.y - 0.06) return WHITE * (1.0 - 0.2 * line(u.y - 0.10, 0.006, gap));
    if (u.y < panel.w) {
        float rail = panel.w - u.y, x = abs(fract(u.x / 0.62) - 0.5) * 0.62;
        vec2 e = vec2(0.31 - x - 0.06, min(u.y - 0.17, rail - 0.12));
        float ring = line(min(e.x, e.y), 0.009, gap);
        return (rail < 0.05 ? WHITE : panel.rgb) * (1.0 - 0.20 * ring) * (1.0 - 0.25 * line(rail - 0.05, 0.005, gap));
    }
    float stripes = cos(2.0 * PI * u.x / 0.20) * kept(across / 0.20);
    float motif = cos(2.0 * PI * u.x / 0.42) * cos(2.0 * PI * u.y / 0.60) * kept(gap / 0.42);
    float pattern = id == main_wall ? smoothstep(-0.1, 0.5, motif) - 0.5 : smoothstep(-0.3, 0.3, stripes) - 0.5;
    return plain_colour(id) * (1.0 + paper * pattern * (id == main_wall ? 1.6 : 0.7));
}

Detail detail_of_solid(int k, vec3 p, vec3 n) {
    int kind = kind_of(k);
    Detail a = Detail(vec2(0), vec2(1), vec2(24.0, 24.0), 0.04, vec2(0), 0.0, 0.0);
    if (kind == 1) a = Detail(vec2(0), vec2(1), vec2(3.0, 36.0), 0.22, vec2(0.0, 26.0), 0.07, 6.0);
    if (kind == 2) a = Detail(vec2(0), vec2(1), vec2(16.0, 90.0), 0.10, vec2(72.0, 72.0), 0.16, 0.0);
    if (kind == 7) a = Detail(vec2(0), vec2(1), vec2(9.0, 40.0), 0.08, vec2(90.0, 90.0), 0.05, 0.0);
    if (kind == 11) a.grain = 0.12;
    lie(p - solid_centre[k].xyz, solid_half[k].xyz, n, 3.7 * float(variant_of(k)), a);
    return a;
}

Detail detail_of_floor(vec3 p) {
    vec2 gap = vec2(span(vec3(0, 0, 1)), span(vec3(1, 0, 0))), e = rug.zw - abs(p.xz - rug.xy);
    float row = floor(p.x / 0.15);
    Detail a = Detail(p.zx + vec2(7.3, 0.0) * hash(vec2(row, 5.0)), gap, vec2(2.5, 26.0), 0.22, vec2(0.0, 24.0), 0.05, 7.0);
    if (floor_kind == 1) a = Detail(p.zx, gap, vec2(14.0, 22.0), 0.12, vec2(0), 0.0, 0.0);
    if (floor_kind == 2) a = Detail(p.zx, gap, vec2(9.0, 9.0), 0.12, vec2(0), 0.0, 0.0);
    if (floor_kind == 3 || min(e.x, e.y) > 0.0) a = Detail(p.zx, gap, vec2(40.0, 40.0), 0.14, vec2(24.0, 24.0), 0.10, 0.0);
    return a;
}

Detail detail_of_wall(int id, vec3 p, vec3 d, bool shown) {
    vec2 u = wall_point(id, p), gap = vec2(span(right_of(id)), span(vec3(0, 1, 0)));
    if (!shown) return Detail(u + 5.1 * float(id), gap, vec2(34.0, 34.0), 0.045, vec2(0), 0.0, 0.0);
    // outside: of directions; soft clouds above, then trees, then grass
    float e = d.y / length(d.xz), angle = length(foot_y) / length(p - camera);
    vec2 land = horizon(d), size = e > land.x ? vec2(5.0, 14.0) : e > land.y ? vec2(60.0, 70.0) : vec2(26.0, 60.0);
    float amount = e > land.x ? 0.08 : e > land.y ? 0.26 * smoothstep(0.0, 0.03, land.x - e) : 0.34;
    return Detail(vec2(atan(d.x, d.z), e), vec2(angle), size, amount, vec2(0), 0.0, 0.0);
}

// The colour seen at p along d; returns whether it is shown as it is, without light.
bool colour_at(Hit h, vec3 p, vec3 d, out vec3 c) {
    bool shown = false;
    Detail a = Detail(p.xz, vec2(span(vec3(1, 0, 0)), span(vec3(0, 0, 1))), vec2(34.0, 34.0), 0.05, vec2(0), 0.0, 0.0);
    if (h.id >= 10) {
        int k = h.id - 10;
        c = solid_at(k, p, h.n, shown);
        a = detail_of_solid(k, p, h.n);
        if (kind_of(k) == 4) c = lamp_shown * (0.75 + 0.25 * abs(dot(h.n, d)));
    }
    else if (h.id == 6) c = plain_colour(6);
    else if (h.id == 5) {
        c = floor_at(p);
        a = detail_of_floor(p);
    }
    else {
        c = wall_at(h.id, p, d, shown);
        a = detail_of_wall(h.id, p, d, shown);
    }
    c *= 1.0 + detail(a);
    return shown;
}
