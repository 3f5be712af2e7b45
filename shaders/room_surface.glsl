// Colours of the surfaces of plain and varied rooms, without light. Needs room_things.glsl and room_light.glsl (windows).

uniform vec4 door;            // metres right of the right wall's middle, half width, height, unused
uniform vec3 door_colour;
uniform vec4 rug;             // middle x, z; half x, z
uniform vec3 rug_colour;
uniform vec3 picture_colour;

vec3 planks(vec3 p) {
    float row = floor(p.x / 0.16), along = p.z + 2.1 * hash(vec2(row, 1.0)), board = floor(along / 1.4);
    float seam = min(fract(p.x / 0.16), 1.0 - fract(p.x / 0.16)) * 0.16, end = min(fract(along / 1.4), 1.0 - fract(along / 1.4)) * 1.4;
    vec3 c = floor_colour * (0.90 + 0.20 * hash(vec2(row, board)));
    c *= 1.0 + 0.03 * sin(p.x * 130.0 + 3.0 * sin(p.z * 2.3 + row));
    return c * (1.0 - 0.30 * (1.0 - smoothstep(0.0, 0.009, min(seam, end))));
}

#ifdef VARIED
uniform float tile;     // side in metres of a chessboard of tiles; 0: planks
uniform float stripes;  // contrast of the wallpaper
uniform vec4 panel;     // colour of the lower wall; w: its height in metres

vec3 tiled(vec3 p) {
    vec2 q = p.xz / tile, f = min(fract(q), 1.0 - fract(q)) * tile, cell = floor(q);
    vec3 c = mod(cell.x + cell.y, 2.0) > 0.5 ? floor_colour * 0.8 : mix(floor_colour, vec3(0.80), 0.6);
    return c * (1.0 - 0.25 * (1.0 - smoothstep(0.002, 0.008, min(f.x, f.y))));
}

vec3 papered(vec2 u, vec3 colour) {
    if (u.y < panel.w) return u.y > panel.w - 0.05 ? vec3(0.88, 0.87, 0.85) : panel.rgb;
    return colour * (1.0 + stripes * smoothstep(-0.3, 0.3, sin(u.x * 20.0)) - 0.5 * stripes);
}
#endif

vec3 floor_at(vec3 p) {
    vec2 a = abs(p.xz - rug.xy), e = rug.zw - a;
    float inside = min(e.x, e.y);
#ifdef VARIED
    if (inside < 0.0 && tile > 0.0) return tiled(p);
#endif
    if (inside < 0.0) return planks(p);
    vec3 light = mix(rug_colour, vec3(0.88, 0.85, 0.80), 0.65);
    if (inside > 0.12 && inside < 0.20) return light;
    return inside > 0.20 ? mix(rug_colour, light, 0.22 * (0.5 + 0.5 * sin(inside * 26.0))) : rug_colour;
}

// Returns the colour; `shown` is set where it is to be shown as it is.
vec3 wall_at(int id, vec3 p, vec3 d, out bool shown) {
    vec2 u = wall_point(id, p);
    shown = false;
    for (int w = 0; w < 2; w++) {
        if (int(window_place[w].x) != id) continue;
        vec2 q = u - window_place[w].yz, h = window_half[w], e = h - abs(q);
        float inside = min(e.x, e.y);
        if (inside < -0.07) continue;
        float bar = min(abs(q.x), abs(q.y - 0.3 * h.y));
        if (inside < 0.04 || bar < 0.022) return vec3(0.90, 0.89, 0.87) * (inside > -0.012 && inside < 0.0 ? 0.8 : 1.0);
        shown = true;
        return outside(d);
    }
    if (id == 2) {
        vec2 q = vec2(u.x - door.x, u.y), e = vec2(door.y - abs(q.x), door.z - q.y);
        float inside = min(e.x, e.y);
        if (inside > -0.09) {
            if (inside < 0.0) return vec3(0.90, 0.89, 0.87);
            vec2 panel = abs(vec2(q.x, q.y < 1.0 ? q.y - 0.55 : q.y - 1.50)) - vec2(0.24, q.y < 1.0 ? 0.34 : 0.38);
            float ring = abs(max(panel.x, panel.y));
            vec2 handle = vec2(q.x - 0.34, q.y - 1.04);
            if (length(handle) < 0.026) return vec3(0.42, 0.40, 0.37);
            if (abs(handle.y) < 0.009 && handle.x < 0.0 && handle.x > -0.11) return vec3(0.52, 0.50, 0.46);
            return door_colour * (inside < 0.012 ? 0.55 : 1.0 - 0.22 * (1.0 - smoothstep(0.008, 0.03, ring)));
        }
    }
    if (u.y < 0.09 || u.y > room.y - 0.05) return vec3(0.88, 0.87, 0.85);
#ifdef VARIED
    return papered(u, id == 3 ? accent_colour : wall_colour);
#else
    return id == 3 ? accent_colour : wall_colour;
#endif
}

vec3 books(vec3 q, vec3 h, vec3 wood) {
    float y = (q.y + h.y) / 0.33, along = q.z + h.z, shelf = floor(y), f = fract(y);
    if (abs(q.z) > h.z - 0.03 || f < 0.08 || q.y > h.y - 0.03) return wood;
    float column = floor(along / 0.065), k = hash(vec2(column, shelf)), high = 0.62 + 0.22 * hash(vec2(shelf, column));
    if (f - 0.08 > high) return wood * 0.35;
    vec3 c = 0.5 + 0.28 * cos(6.2832 * (k + vec3(0.0, 0.33, 0.62)));
    float gap = fract(along / 0.065);
    c = mix(c, vec3(0.62, 0.52, 0.42), 0.45);
    if (min(gap, 1.0 - gap) < 0.06) return c * 0.65;
    return book_back(c, (gap - 0.5) * 0.065, (f - 0.08) * 0.33, high * 0.33, k, max(span(vec3(0, 0, 1)), span(vec3(0, 1, 0))));
}

vec3 solid_at(int k, vec3 p, vec3 n) {
    vec3 c = solid_colour[k].rgb, q = p - solid_centre[k].xyz, h = solid_half[k].xyz;
    int material = int(solid_colour[k].w);
    if (material == 1) {  // wood, grain along the longest side
        float g = h.x > h.z ? q.z + q.y : q.x + q.y;
        return c * (1.0 + 0.05 * sin(g * 70.0 + 2.0 * sin(3.0 * (q.x + q.z))));
    }
    if (material == 3) return n.x < -0.7 ? books(q, h, c) : c;
    if (material == 8) return c * leaves(q, h);
    if (material == 6 && n.x < -0.7) {  // doors of a cabinet
        float door_width = h.z * 0.5, f = abs(fract(q.z / (2.0 * door_width) * 2.0 + 0.5) - 0.5) * door_width;
        float knob = length(vec2(abs(abs(q.z) - door_width) - 0.0, q.y - h.y + 0.2));
        return c * (abs(f - 0.5 * door_width) < 0.006 ? 0.6 : 1.0) * (knob < 0.02 ? 0.5 : 1.0);
    }
    if (material == 7 && n.z > 0.7) {  // picture on the back wall
        vec2 e = h.xy - abs(q.xy);
        float inside = min(e.x, e.y);
        if (inside < 0.03) return c;
        if (inside < 0.09) return vec3(0.90, 0.89, 0.86);
        float hill = q.y + 0.12 * sin(q.x * 7.0 + 0.6), sun = length(q.xy - vec2(0.16, 0.12)) - 0.07;
        vec3 art = mix(picture_colour, vec3(0.86, 0.82, 0.74), smoothstep(-0.02, 0.02, hill + 0.02));
        art = mix(art, picture_colour * 0.55, smoothstep(0.02, -0.02, q.y + 0.16 + 0.06 * sin(q.x * 9.0)));
        return mix(art, mix(picture_colour.brg, vec3(0.95, 0.75, 0.45), 0.5), smoothstep(0.01, -0.01, sun));
    }
    return c;
}

Detail detail_of_solid(int k, vec3 p, vec3 n) {
    int material = int(solid_colour[k].w);
    Detail a = Detail(vec2(0), vec2(1), vec2(24.0, 24.0), 0.05, vec2(0), 0.0, 0.0);
    if (material == 1 || material == 6 || material == 3 && n.x > -0.7) a = Detail(vec2(0), vec2(1), vec2(3.0, 36.0), 0.22, vec2(0.0, 26.0), 0.07, 6.0);
    if (material == 2) a = Detail(vec2(0), vec2(1), vec2(16.0, 90.0), 0.10, vec2(72.0, 72.0), 0.16, 0.0);
    if (material == 7) a = Detail(vec2(0), vec2(1), vec2(9.0, 40.0), 0.10, vec2(90.0, 90.0), 0.05, 0.0);
    lie(p - solid_centre[k].xyz, solid_half[k].xyz, n, 3.7 * float(k), a);
    return a;
}

Detail detail_of_floor(vec3 p) {
    vec2 gap = vec2(span(vec3(0, 0, 1)), span(vec3(1, 0, 0))), e = rug.zw - abs(p.xz - rug.xy);
    float row = floor(p.x / 0.16), board = floor((p.z + 2.1 * hash(vec2(row, 1.0))) / 1.4);
    Detail a = Detail(p.zx + vec2(7.3, 0.0) * hash(vec2(board, row)), gap, vec2(2.5, 26.0), 0.24, vec2(0.0, 24.0), 0.06, 7.0);
#ifdef VARIED
    if (tile > 0.0) a = Detail(p.zx, gap, vec2(16.0, 16.0), 0.08, vec2(0), 0.0, 0.0);
#endif
    if (min(e.x, e.y) > 0.0) a = Detail(p.zx, gap, vec2(40.0, 40.0), 0.14, vec2(24.0, 24.0), 0.13, 0.0);
    return a;
}

Detail detail_of_wall(int id, vec3 p, vec3 d, bool shown) {
    vec3 right = id == 1 || id == 3 ? vec3(1, 0, 0) : vec3(0, 0, 1);
    vec2 u = wall_point(id, p), gap = vec2(span(right), span(vec3(0, 1, 0)));
    if (shown) {  // outside: of directions; soft clouds above, then trees, then grass
        float e = d.y / length(d.xz), angle = length(foot_y) / length(p - camera);
        vec2 land = horizon(d), cells = e > land.x ? vec2(5.0, 14.0) : e > land.y ? vec2(60.0, 70.0) : vec2(26.0, 60.0);
        float amount = e > land.x ? 0.08 : e > land.y ? 0.26 * smoothstep(0.0, 0.03, land.x - e) : 0.34;
        return Detail(vec2(atan(d.x, d.z), e), vec2(angle), cells, amount, vec2(0), 0.0, 0.0);
    }
    bool of_door = id == 2 && abs(u.x - door.x) < door.y && u.y < door.z;
    if (of_door) return Detail(u.yx, gap.yx, vec2(2.5, 50.0), 0.08, vec2(0), 0.0, 0.0);
    return Detail(u + 5.1 * float(id), gap, vec2(34.0, 34.0), 0.08, vec2(0), 0.0, 0.0);
}

// The colour seen at p along d; returns whether it is shown as it is, without light.
bool colour_at(Hit h, vec3 p, vec3 d, out vec3 c) {
    bool shown = false;
    Detail a;
    if (h.id >= 10) {
        int k = h.id - 10;
        shown = solid_colour[k].w == 4.0;
        a = detail_of_solid(k, p, h.n);
        c = shown ? lamp_shown * (0.75 + 0.25 * abs(dot(h.n, d))) : solid_at(k, p, h.n);
        if (shown) a.grain = 0.06;
    }
    else if (h.id == 5) {
        c = floor_at(p);
        a = detail_of_floor(p);
    }
    else if (h.id == 6) {
        c = plain_colour(6);
        a = Detail(p.xz, vec2(span(vec3(1, 0, 0)), span(vec3(0, 0, 1))), vec2(34.0, 34.0), 0.05, vec2(0), 0.0, 0.0);
    }
    else {
        c = wall_at(h.id, p, d, shown);
        a = detail_of_wall(h.id, p, d, shown);
    }
    c *= 1.0 + detail(a);
    return shown;
}
