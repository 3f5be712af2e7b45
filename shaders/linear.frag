#version 330
// A picture in sRGB's values, colours premultiplied by their opacity, in linear light.

in vec2 device;
out vec4 colour;

uniform sampler2D picture;

void main() {
    vec4 seen = texelFetch(picture, ivec2(gl_FragCoord.xy), 0);
    vec3 light = seen.rgb / max(seen.a, 1e-3);
    light = mix(light / 12.92, pow((light + 0.055) / 1.055, vec3(2.4)), step(0.04045, light));
    colour = vec4(light * seen.a, seen.a);
}
