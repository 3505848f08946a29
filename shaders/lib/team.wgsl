// Shared by the kernels in which a team of 16 threads works on a row: sums over the team. Uses the
// kernel's parts: array<vec2f, 64>.

// Sum over the 16 threads of a row: each stores its part, then all add the parts in the same order.
// The second barrier allows `parts` to be reused.
fn total(part: vec2f, lane: u32) -> vec2f {
  parts[lane] = part;
  workgroupBarrier();
  let first = lane & 48u;
  var sum = vec2f(0.0);
  for (var t = first; t < first + 16u; t++) {
    sum += parts[t];
  }
  workgroupBarrier();
  return sum;
}
