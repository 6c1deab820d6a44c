//! Loops as vector instructions.

/// Does work compiled for the widest vectors that the processor has: all that it calls must be inlined.
#[inline(never)]
pub(super) fn vectorized<T>(work: impl pulp::NullaryFnOnce<Output = T>) -> T {
    pulp::Arch::new().dispatch(work)
}
