//! Asking for memory before it is needed.

/// Brings the cache line of `values[index]` near; a hint, no more, and nothing for an index that does not exist.
#[inline(always)]
pub fn prefetch<T>(values: &[T], index: usize) {
    #[cfg(target_arch = "x86_64")]
    if let Some(sse) = pulp::core_arch::x86::Sse::try_new() {
        const NEAREST: i32 = std::arch::x86_64::_MM_HINT_T0;
        sse._mm_prefetch::<NEAREST>(values.as_ptr().wrapping_add(index).cast());
    }
    #[cfg(not(target_arch = "x86_64"))]
    let _ = (values, index);
}
