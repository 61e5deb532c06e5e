//! Numbers.

/// 2^53: whole numbers of this magnitude or more are bigints in the data form.
pub const FIRST_UNSAFE_INTEGER: u64 = 1 << 53;

/// The integer that the data form writes a number as; `None` for a number that it writes as a
/// float: one with a fraction, `-0`, or one of a magnitude of 2^53 or more.
///
/// ```
/// use jsvm_data::exact_integer;
///
/// assert_eq!(exact_integer(-3.0), Some(-3));
/// assert_eq!(exact_integer(0.5), None);
/// assert_eq!(exact_integer(-0.0), None);
/// ```
#[inline]
#[must_use]
pub fn exact_integer(value: f64) -> Option<i64> {
    let whole = value as i64;
    let is_exact = whole as f64 == value && whole.unsigned_abs() < FIRST_UNSAFE_INTEGER;
    (is_exact && (whole != 0 || value.is_sign_positive())).then_some(whole)
}

/// The number that the bits of a 16-bit float stand for.
///
/// ```
/// assert_eq!(jsvm_data::f64_from_half(0x3c00), 1.0);
/// ```
#[must_use]
pub fn f64_from_half(bits: u16) -> f64 {
    /// The smallest number above zero: 2^-24.
    const STEP: f64 = 1.0 / 16_777_216.0;
    /// The difference between the biases of the exponents.
    const BIAS: u64 = 1023 - 15;
    let sign = u64::from(bits >> 15) << 63;
    let exponent = u64::from(bits >> 10 & 0x1f);
    let fraction = u64::from(bits & 0x3ff);
    let magnitude = match (exponent, fraction) {
        (0, fraction) => fraction as f64 * STEP,
        (31, 0) => f64::INFINITY,
        (31, _) => f64::NAN,
        _ => f64::from_bits((exponent + BIAS) << 52 | fraction << 42),
    };
    f64::from_bits(magnitude.to_bits() | sign)
}

#[cfg(test)]
mod tests {
    use super::{exact_integer, f64_from_half};

    #[test]
    fn all_halves_have_their_value() {
        for bits in 0..=u16::MAX {
            let sign = if bits >> 15 == 0 { 1.0 } else { -1.0 };
            let (exponent, fraction) = (i32::from(bits >> 10 & 0x1f), f64::from(bits & 0x3ff));
            let expected = match exponent {
                0 => sign * fraction / 1024.0 * 2f64.powi(-14),
                31 if fraction == 0.0 => sign * f64::INFINITY,
                31 => f64::NAN,
                exponent => sign * (1.0 + fraction / 1024.0) * 2f64.powi(exponent - 15),
            };
            let found = f64_from_half(bits);
            assert_eq!(found.is_nan(), expected.is_nan(), "{bits:#x}");
            if !expected.is_nan() {
                assert_eq!(found.to_bits(), expected.to_bits(), "{bits:#x}");
            }
        }
    }

    #[test]
    fn integers_end_at_the_first_unsafe_one() {
        let last = 9_007_199_254_740_991.0;
        assert_eq!(exact_integer(last), Some(9_007_199_254_740_991));
        assert_eq!(exact_integer(-last), Some(-9_007_199_254_740_991));
        assert_eq!(exact_integer(last + 1.0), None);
        assert_eq!(exact_integer(-last - 1.0), None);
        for other in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY, 1e300, -0.0, 0.1] {
            assert_eq!(exact_integer(other), None);
        }
    }
}
