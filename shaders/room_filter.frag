#version 330
// Second pass, once along x and once along y: joins the square sample pattern. The weights (4: 1 2 3 4 3 2 1) are a box of
// the pattern's side taken twice, which removes that period exactly; a neighbour counts only on the same surface with about
// the same normal. The outermost texels lack neighbours: the picture never reads them.
uniform sampler2D light;
uniform sampler2D guide;
uniform ivec2 along;
uniform int period;
out vec4 out_light;

void main() {
    ivec2 x = ivec2(gl_FragCoord.xy), size = textureSize(light, 0);
    vec4 mine = texelFetch(light, x, 0), n = texelFetch(guide, x, 0);
    vec4 sum = vec4(0);
    for (int i = 1 - period; i < period; i++) {
        ivec2 y = x + i * along;
        if (any(lessThan(y, ivec2(0))) || any(greaterThanEqual(y, size))) continue;
        vec4 other = texelFetch(light, y, 0), m = texelFetch(guide, y, 0);
        if (other.w != mine.w) continue;
        float w = float(period - abs(i)) * pow(max(dot(n.xyz, m.xyz), 0.0), 12.0);
        sum += vec4(other.rgb, 1.0) * w;
    }
    out_light = vec4(sum.rgb / sum.w, mine.w);
}
