// The keys that a query sees: key j is visible to position t iff (causal == 0 || j <= t) && (j > t
// || t - j < window). These are the keys first_key .. end_key-1. Window 0xffffffff: no window.

fn first_key(t: u32, window: u32) -> u32 {
  return select(0u, t + 1u - window, t + 1u > window);
}

fn end_key(t: u32, T: u32, causal: u32) -> u32 {
  return select(min(t + 1u, T), T, causal == 0u);
}
