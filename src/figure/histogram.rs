//! Placeholder until merged.
use crate::aggregate::Values;
use crate::scene::style::Norm;
/// How often values occur.
#[derive(Debug, Clone)]
pub struct Histogram {
    /** Counts. */
    pub buckets: Vec<u64>,
    /** Least. */
    pub low: f64,
    /** Greatest. */
    pub high: f64,
}
impl Histogram {
    /// Of values.
    pub fn of(values: &Values, _: Norm) -> Option<Self> {
        let each: Box<dyn Fn(&mut dyn FnMut(f64))> = match values {
            Values::Count(v) => Box::new(move |f| v.iter().filter(|n| **n > 0).for_each(|n| f(*n as f64))),
            Values::Real(v) => Box::new(move |f| v.iter().filter(|v| !v.is_nan()).for_each(|v| f(*v))),
        };
        let (mut low, mut high) = (f64::INFINITY, f64::NEG_INFINITY);
        each(&mut |v| {
            low = low.min(v);
            high = high.max(v);
        });
        if !(low <= high) {
            return None;
        }
        let mut h = Self { buckets: vec![0; 256], low, high };
        let mut b = vec![0u64; 256];
        each(&mut |v| b[(h.position(v) * 255.0) as usize] += 1);
        h.buckets = b;
        Some(h)
    }
    /// Place.
    pub fn position(&self, v: f64) -> f64 {
        if self.high > self.low {
            (v.max(1e-9).ln() - self.low.max(1e-9).ln()) / (self.high.max(1e-9).ln() - self.low.max(1e-9).ln())
        } else {
            0.5
        }
    }
    /// Value.
    pub fn value_at(&self, p: f64) -> f64 {
        let (a, b) = (self.low.max(1e-9).ln(), self.high.max(1e-9).ln());
        (a + (b - a) * p).exp()
    }
}
