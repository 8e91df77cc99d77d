//! A hint to the processor that bytes will be read soon.

/// Bytes that are loaded at once from memory.
#[cfg(target_arch = "x86_64")]
const LINE: usize = 64;

/// Asks the processor to load `bytes` into its caches, without waiting for them.
#[cfg(target_arch = "x86_64")]
#[allow(unsafe_code)]
#[inline(always)]
pub(crate) fn prefetch(bytes: &[u8]) {
    use std::arch::x86_64::{_MM_HINT_T0, _mm_prefetch};

    for line in bytes.chunks(LINE) {
        // SAFETY: every x86-64 processor has this instruction. It is a hint that reads nothing, and the
        // address is that of the slice.
        unsafe { _mm_prefetch::<_MM_HINT_T0>(line.as_ptr().cast()) }
    }
}

/// Does nothing: only x86-64 gets hints.
#[cfg(not(target_arch = "x86_64"))]
#[inline(always)]
pub(crate) fn prefetch(_bytes: &[u8]) {}
