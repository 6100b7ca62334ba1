//! Decoded views, one level deep: the same text with escapes undone, strings joined, base 64 and hex decoded. Each view
//! covers only the stretch that holds something to decode, and maps what is found in it back to the bytes that encode it.

mod runs;
mod unescape;

use std::ops::Range;

/// A decoded stretch and where its bytes come from.
pub(crate) struct View {
    pub(crate) text: Vec<u8>,
    /// Ascending: from this decoded position on, the source is read from this position.
    origins: Vec<Origin>,
}

#[derive(Clone, Copy)]
struct Origin {
    decoded: usize,
    source: usize,
    scale: Scale,
}

/// How many source bytes stand for how many decoded ones.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Scale {
    Same,
    /// Four for three.
    Base64,
    /// Two for one.
    Hex,
}

/// Calls `visit` with each view of `text`, and `run` with each stretch of twenty and more base 64 characters.
pub(crate) fn each_view(text: &[u8], run: &mut impl FnMut(&Range<usize>), visit: &mut impl FnMut(&View)) {
    unescape::each_window(text, visit);
    runs::each_decoded(text, run, visit);
}

impl View {
    fn new() -> Self {
        Self { text: Vec::new(), origins: Vec::new() }
    }

    /// What is pushed from here on comes from `source`.
    fn origin(&mut self, source: usize, scale: Scale) {
        self.origins.push(Origin { decoded: self.text.len(), source, scale });
    }

    /// The bytes of the source behind a span of the view.
    pub(crate) fn source(&self, span: &Range<usize>) -> Range<usize> {
        let start = self.position(span.start, false);
        let end = self.position(span.end.saturating_sub(1), true);
        start..end.max(start)
    }

    /// The first source byte of a decoded byte, or the one after its last.
    fn position(&self, decoded: usize, after: bool) -> usize {
        let index = self.origins.partition_point(|origin| origin.decoded <= decoded);
        let Some(origin) = index.checked_sub(1).and_then(|index| self.origins.get(index)) else { return 0 };
        let offset = decoded - origin.decoded;
        let next = self.origins.get(index).map_or(usize::MAX, |next| next.source);
        let (first, last) = match origin.scale {
            Scale::Same => (offset, offset + 1),
            Scale::Base64 => (offset / 3 * 4, offset / 3 * 4 + 4),
            Scale::Hex => (offset * 2, offset * 2 + 2),
        };
        // The last decoded byte before an escape's end may stand for several source bytes.
        let is_last = self.origins.get(index).is_some_and(|next| next.decoded == decoded + 1);
        match (after, is_last) {
            (false, _) => origin.source + first,
            (true, true) if origin.scale == Scale::Same => next,
            (true, _) => (origin.source + last).min(next),
        }
    }
}
