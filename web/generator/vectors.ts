// Short words for what is done with four floats or whole numbers at a time.

@inline export function all(value: f32): v128 { return f32x4.splat(value); }
@inline export function whole(value: i32): v128 { return i32x4.splat(value); }
@inline export function choose(yes: v128, no: v128, where: v128): v128 { return v128.bitselect(yes, no, where); }
@inline export function plus(a: v128, b: v128): v128 { return f32x4.add(a, b); }
@inline export function minus(a: v128, b: v128): v128 { return f32x4.sub(a, b); }
@inline export function times(a: v128, b: v128): v128 { return f32x4.mul(a, b); }
@inline export function over(a: v128, b: v128): v128 { return f32x4.div(a, b); }
@inline export function clamp(a: v128, low: f32, high: f32): v128 { return f32x4.min(f32x4.max(a, all(low)), all(high)); }
@inline export function mixed(a: v128, b: v128, share: v128): v128 { return plus(a, times(minus(b, a), share)); }
