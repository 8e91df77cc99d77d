//! Memory in large pages, whose addresses the processor finds sooner.
#![allow(unsafe_code)]

/// Asks Linux to keep `values` in pages of 2 MiB, and what else is in the first and the last of these pages
/// with them, unless its administrator wants no such pages. It pays for weights in `f32`, which are gone through
/// end to end again and again. Where Linux does not, nothing but time is lost.
#[cfg(target_os = "linux")]
pub(super) fn keep_in_huge_pages<T>(values: &[T]) {
    const PAGE: usize = 2 << 20;
    // At once, instead of when the system finds time.
    const MADV_COLLAPSE: libc::c_int = 25;
    if size_of_val(values) < PAGE || !are_wanted() {
        return;
    }
    let start = values.as_ptr().addr();
    for page in (start / PAGE * PAGE..start + size_of_val(values)).step_by(PAGE) {
        let page = values.as_ptr().with_addr(page).cast_mut().cast::<libc::c_void>();
        for advice in [libc::MADV_HUGEPAGE, MADV_COLLAPSE] {
            // SAFETY: neither advice changes what any memory holds, or what may be done with it.
            unsafe { libc::madvise(page, PAGE, advice) };
        }
    }
}

/// Whether the system has large pages, for those who ask at least.
#[cfg(target_os = "linux")]
fn are_wanted() -> bool {
    std::fs::read_to_string("/sys/kernel/mm/transparent_hugepage/enabled")
        .is_ok_and(|setting| !setting.contains("[never]"))
}

#[cfg(not(target_os = "linux"))]
pub(super) fn keep_in_huge_pages<T>(_: &[T]) {}
