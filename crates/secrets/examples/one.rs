use std::io::Read;
fn main() {
    let mut text = String::new();
    std::io::stdin().read_to_string(&mut text).unwrap();
    for hit in secrets::scan(&text, &secrets::Options { personal_data: true }) {
        println!("{} {:?} {:?} [{}]", hit.rule, hit.confidence, hit.span, &text[hit.span.clone()]);
        println!(
            "   ctx: {:?}",
            &text[text.floor_char_boundary(hit.span.start.saturating_sub(80))
                ..text.ceil_char_boundary((hit.span.end + 40).min(text.len()))]
        );
    }
}
