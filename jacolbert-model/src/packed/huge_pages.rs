//! Memory in large pages, whose addresses the processor finds sooner.
#![allow(unsafe_code)]

/// Asks Linux to keep `values` in pages of 2 MiB, and what else is in the first and the last of these pages
/// with them. It pays for weights in `f32`, which are gone through end to end again and again. Where Linux
/// does not, nothing but time is lost.
#[cfg(target_os = "linux")]
pub(super) fn keep_in_huge_pages<T>(values: &[T]) {
    const PAGE: usize = 2 << 20;
    // At once, instead of when the system finds time.
    const MADV_COLLAPSE: libc::c_int = 25;
    let start = values.as_ptr().addr() / PAGE * PAGE;
    let end = (values.as_ptr().addr() + size_of_val(values)).next_multiple_of(PAGE);
    let first = values.as_ptr().with_addr(start).cast_mut().cast::<libc::c_void>();
    for advice in [libc::MADV_HUGEPAGE, MADV_COLLAPSE] {
        // SAFETY: neither advice changes what any memory holds, or what may be done with it.
        unsafe { libc::madvise(first, end - start, advice) };
    }
}

#[cfg(not(target_os = "linux"))]
pub(super) fn keep_in_huge_pages<T>(_: &[T]) {}
