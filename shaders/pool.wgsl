// The maximum over each square of positions: a map of many positions as a small picture.
//
// Shapes: x [H,T,T] at element `origin`; out [H,P,P], P = 1 + ceil((T-1)/side). Position 0 is its
// own group, since it absorbs attention; group g > 0 holds `side` positions from 1+(g-1)*side on,
// or what remains.
//   out[h,a,b] = max over t in group a, s in group b of x[h,t,s].
// Before it: lib/finite.wgsl.
// Bindings: 0 x, 1 out, 2 params; the rows are those of out, H*P.
// Workgroups: one thread per element of rows*P, numbered y * num_workgroups.x + x.
// Numerics: exact; NaN wins, since a maximum could lose it.

struct Params {
  row0: u32,
  rows: u32,
  T: u32,
  P: u32,
  side: u32,
  origin: u32,
}

@group(0) @binding(0) var<storage, read> x: array<f32>;
@group(0) @binding(1) var<storage, read_write> out: array<f32>;
@group(0) @binding(2) var<uniform> params: Params;

// First position of a group; T for the group after the last.
fn first(g: u32) -> u32 {
  return select(min(params.T, 1u + (g - 1u) * params.side), 0u, g == 0u);
}

@compute @workgroup_size(64)
fn main(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) lane: u32,
) {
  let index = (group.y * groups.x + group.x) * 64u + lane;
  if (index >= params.rows * params.P) {
    return;
  }
  let row = params.row0 + index / params.P;
  let b = index % params.P;
  let a = row % params.P;
  let map = params.origin + row / params.P * params.T * params.T;
  var most = x[map + first(a) * params.T + first(b)];
  for (var t = first(a); t < first(a + 1u); t++) {
    for (var s = first(b); s < first(b + 1u); s++) {
      let value = x[map + t * params.T + s];
      if (is_nan(value) || (!is_nan(most) && value > most)) {
        most = value;
      }
    }
  }
  out[row * params.P + b] = most;
}
