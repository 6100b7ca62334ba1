//! How random a value looks.

/// Shannon entropy in bits per byte: 0 for one repeated byte, about 4 for random hex, 5 and more for random base64.
pub(crate) fn shannon(bytes: &[u8]) -> f32 {
    let mut counts = [0_u16; 128];
    let mut total = 0_u16;
    for byte in bytes.iter().take(4096) {
        if let Some(count) = counts.get_mut(usize::from(byte & 0x7f)) {
            *count += 1;
        }
        total += 1;
    }
    let total = f32::from(total);
    let mut bits = 0.0;
    for count in counts.into_iter().filter(|count| *count > 0) {
        let share = f32::from(count) / total;
        bits -= share * share.log2();
    }
    bits
}
