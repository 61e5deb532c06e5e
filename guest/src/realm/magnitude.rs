//! The magnitude of a BigInt, between bytes and hexadecimal digits, which takes time proportional to
//! its length where decimal digits take its square.

/// The bytes of hexadecimal digits, most significant first and without leading zeros; with
/// `less_one`, those of the number before.
pub fn of_digits(digits: &str, less_one: bool) -> Vec<u8> {
    let digits = digits.trim_start_matches('0').as_bytes();
    let value = |digit: u8| (digit as char).to_digit(16).unwrap_or(0) as u8;
    let mut bytes: Vec<u8> = digits
        .rchunks(2)
        .rev()
        .map(|pair| pair.iter().fold(0, |sum, digit| sum << 4 | value(*digit)))
        .collect();
    if less_one {
        for byte in bytes.iter_mut().rev() {
            let borrow = *byte == 0;
            *byte = byte.wrapping_sub(1);
            if !borrow {
                break;
            }
        }
        if bytes.first() == Some(&0) {
            bytes.remove(0);
        }
    }
    bytes
}

/// Hexadecimal digits with `0x` before them; with `plus_one`, of the number after.
pub fn to_digits(bytes: &[u8], plus_one: bool) -> String {
    let mut bytes = bytes.to_vec();
    if plus_one {
        let mut carry = true;
        for byte in bytes.iter_mut().rev() {
            *byte = byte.wrapping_add(1);
            carry = *byte == 0;
            if !carry {
                break;
            }
        }
        if carry {
            bytes.insert(0, 1);
        }
    }
    let digit = |value: u8| char::from_digit(u32::from(value), 16).unwrap_or('0');
    let mut text = String::with_capacity(2 * bytes.len() + 3);
    text.push_str("0x0");
    for byte in bytes {
        text.push(digit(byte >> 4));
        text.push(digit(byte & 15));
    }
    text
}
