//! How many of the true neighbours were found.

/// Of the first `k` true neighbours, the part among the first `k` found, over all queries on average.
pub fn recall(truth: &[Vec<(u32, f32)>], found: &[Vec<u32>], k: usize) -> f64 {
    let pairs = truth.iter().zip(found);
    let of_query = |(truth, found): (&Vec<(u32, f32)>, &Vec<u32>)| {
        let truth = &truth[..k.min(truth.len())];
        let found = &found[..k.min(found.len())];
        let hits = truth.iter().filter(|(passage, _)| found.contains(passage)).count();
        hits as f64 / truth.len().max(1) as f64
    };
    pairs.map(of_query).sum::<f64>() / truth.len().max(1) as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_first_k_of_both_count() {
        let truth = vec![vec![(3, 9.0), (1, 8.0), (2, 7.0)]];
        assert_eq!(recall(&truth, &[vec![1, 5, 3]], 2), 0.5);
        assert_eq!(recall(&truth, &[vec![1, 5, 3]], 3), 2.0 / 3.0);
        assert_eq!(recall(&truth, &[vec![]], 3), 0.0);
    }
}
