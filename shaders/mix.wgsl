// z [n,D]: z[i, h*K + k] = sum over j of pattern[i,h,j] * v of key j; keys j <= position, or all T if full == 1.
//
// Shapes: n queries, H heads of K columns, D = H*K; qkv [R,3D] and kvBase [Rb,3D] with columns q, k, v;
// queries [n,3] = own row in qkv, sequence slot, position; keyRows [S*T] = where key j of a slot lives: with the top
// bit set, that row of kvBase, else that row of qkv.
// Bindings: 0 pattern [n,H,T], 1 qkv, 2 kvBase, 3 queries u32, 4 keyRows u32, 5 z, 6 params.
// Workgroups: one thread per element of rows*D, numbered y * num_workgroups.x + x.
// Numerics: keys added in order.

struct Params {
  row0: u32,
  rows: u32,
  T: u32,
  H: u32,
  K: u32,
  D: u32,
  full: u32,
}

@group(0) @binding(0) var<storage, read> pattern: array<f32>;
@group(0) @binding(1) var<storage, read> qkv: array<f32>;
@group(0) @binding(2) var<storage, read> kvBase: array<f32>;
@group(0) @binding(3) var<storage, read> queries: array<u32>;
@group(0) @binding(4) var<storage, read> keyRows: array<u32>;
@group(0) @binding(5) var<storage, read_write> z: array<f32>;
@group(0) @binding(6) var<uniform> params: Params;

@compute @workgroup_size(64)
fn main(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) lane: u32,
) {
  let index = (group.y * groups.x + group.x) * 64u + lane;
  if (index >= params.rows * params.D) {
    return;
  }
  let i = params.row0 + index / params.D;
  let c = index % params.D;
  let weights = (i * params.H + c / params.K) * params.T;
  let slot = queries[3u * i + 1u] * params.T;
  let keys = select(min(queries[3u * i + 2u] + 1u, params.T), params.T, params.full == 1u);
  var sum = 0.0;
  for (var j = 0u; j < keys; j++) {
    let location = keyRows[slot + j];
    let v = 3u * params.D * (location & 0x7fffffffu) + 2u * params.D + c;
    if (location >= 0x80000000u) {
      sum += pattern[weights + j] * kvBase[v];
    } else {
      sum += pattern[weights + j] * qkv[v];
    }
  }
  z[i * params.D + c] = sum;
}
