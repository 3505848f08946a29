// ggml's quantised blocks -> out: value i of block b goes to out[b*perBlock + i].
//
// Shapes: src = the consecutive blocks' bytes, block b from byte b*blockBytes on (blocks are not
// aligned to words); out [R, perBlock]. type: 0 Q8_0, 1 Q4_0, 2 Q4_1, 3 Q5_0, 4 Q5_1 (32 values a
// block), 5 Q4_K, 6 Q5_K, 7 Q6_K (256).
// Bindings: 0 src u32, 1 out, 2 params (rows counts blocks).
// Workgroups: one thread per value of rows*perBlock, numbered y * num_workgroups.x + x.
// Numerics: the products and sums of src/load/dequantize.ts in the same order. An adapter may fuse
// a product with the following sum, which rounds once instead of twice: within 1 ulp of the larger
// term.

struct Params {
  row0: u32,
  rows: u32,
  perBlock: u32,
  blockBytes: u32,
  kind: u32,
}

@group(0) @binding(0) var<storage, read> src: array<u32>;
@group(0) @binding(1) var<storage, read_write> out: array<f32>;
@group(0) @binding(2) var<uniform> params: Params;

fn byte(at: u32) -> u32 {
  return (src[at / 4u] >> (8u * (at % 4u))) & 0xffu;
}

fn signed_byte(at: u32) -> f32 {
  return f32(i32(byte(at) << 24u) >> 24u);
}

fn half(at: u32) -> f32 {
  return unpack2x16float(byte(at) | (byte(at + 1u) << 8u)).x;
}

// Value i of 32: a nibble of the 16 bytes from `at` on, the low nibbles first.
fn nibble(at: u32, i: u32) -> u32 {
  return (byte(at + i % 16u) >> (4u * (i / 16u))) & 15u;
}

// Bit i of the 4 bytes from `at` on, as the fifth bit of a value.
fn fifth(at: u32, i: u32) -> u32 {
  return ((byte(at + i / 8u) >> (i % 8u)) & 1u) << 4u;
}

// Scale and minimum of sub-block s of 8, 6 bits each, packed in the 12 bytes from `at` on.
fn scale_and_min(at: u32, s: u32) -> vec2f {
  if (s < 4u) {
    return vec2f(f32(byte(at + s) & 63u), f32(byte(at + 4u + s) & 63u));
  }
  let both = byte(at + 4u + s);
  let scale = (both & 15u) | ((byte(at + s - 4u) >> 2u) & 48u);
  let least = (both >> 4u) | ((byte(at + s) >> 2u) & 48u);
  return vec2f(f32(scale), f32(least));
}

// Q4_K and Q5_K: d scale q - dmin min; the low nibbles of sub-blocks 2j and 2j+1 share 32 bytes.
fn sub_block(b: u32, low: u32, i: u32, high: u32) -> f32 {
  let s = i / 32u;
  let packed = scale_and_min(b + 4u, s);
  let q = ((byte(low + 32u * (s / 2u) + i % 32u) >> (4u * (s % 2u))) & 15u) | high;
  return half(b) * packed.x * f32(q) - half(b + 2u) * packed.y;
}

fn value(b: u32, i: u32) -> f32 {
  switch params.kind {
    case 0u: {
      return half(b) * signed_byte(b + 2u + i);
    }
    case 1u: {
      return half(b) * (f32(nibble(b + 2u, i)) - 8.0);
    }
    case 2u: {
      return half(b) * f32(nibble(b + 4u, i)) + half(b + 2u);
    }
    case 3u: {
      return half(b) * (f32(nibble(b + 6u, i) | fifth(b + 2u, i)) - 16.0);
    }
    case 4u: {
      return half(b) * f32(nibble(b + 8u, i) | fifth(b + 4u, i)) + half(b + 2u);
    }
    case 5u: {
      return sub_block(b, b + 16u, i, 0u);
    }
    case 6u: {
      let high = ((byte(b + 16u + i % 32u) >> (i / 32u)) & 1u) << 4u;
      return sub_block(b, b + 48u, i, high);
    }
    default: {
      let row = (i / 32u) % 4u;
      let column = i % 32u;
      let low = byte(b + 64u * (i / 128u) + 32u * (row % 2u) + column) >> (4u * (row / 2u));
      let high = (byte(b + 128u + 32u * (i / 128u) + column) >> (2u * row)) & 3u;
      let q = f32((low & 15u) | (high << 4u)) - 32.0;
      return half(b + 208u) * signed_byte(b + 192u + i / 16u) * q;
    }
  }
}

@compute @workgroup_size(64)
fn main(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) lane: u32,
) {
  let index = (group.y * groups.x + group.x) * 64u + lane;
  if (index >= params.rows * params.perBlock) {
    return;
  }
  let block = params.row0 + index / params.perBlock;
  let i = index % params.perBlock;
  out[block * params.perBlock + i] = value(block * params.blockBytes, i);
}
