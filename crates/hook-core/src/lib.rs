//! What every governance hook needs and nothing only one of them needs.
