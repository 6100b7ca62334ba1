//! An empty process: what every start-up figure is held against.

fn main() {}
