//! The RFC 6962 Merkle tree over the stored lines: roots at checkpoints, proofs for auditors.

use crate::Digest;
use sha2::{Digest as _, Sha256};

/// The hash of a leaf: one stored line without its line feed (RFC 6962 2.1).
pub fn leaf_hash(line: &[u8]) -> Digest {
    Sha256::new().chain_update([0]).chain_update(line).finalize().into()
}

fn node_hash(left: &Digest, right: &Digest) -> Digest {
    Sha256::new().chain_update([1]).chain_update(left).chain_update(right).finalize().into()
}

/// The right edge of a growing tree: the roots of its complete subtrees, largest first. At most 64 hashes.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Frontier {
    size: u64,
    roots: Vec<Digest>,
}

impl Frontier {
    /// A frontier as it was stored; `None` if the number of hashes does not fit the size.
    pub fn restore(size: u64, roots: Vec<Digest>) -> Option<Frontier> {
        (size.count_ones() as usize == roots.len()).then_some(Frontier { size, roots })
    }

    /// How many leaves the tree has.
    pub fn size(&self) -> u64 {
        self.size
    }

    /// The roots of the complete subtrees, largest first.
    pub fn roots(&self) -> &[Digest] {
        &self.roots
    }

    /// Adds one leaf.
    pub fn push(&mut self, leaf: Digest) {
        let mut node = leaf;
        // Each trailing one in the size is a complete subtree of the same height, waiting for its right sibling.
        for _ in 0..self.size.trailing_ones() {
            if let Some(left) = self.roots.pop() {
                node = node_hash(&left, &node);
            }
        }
        self.roots.push(node);
        self.size += 1;
    }

    /// The root of the tree; of no leaves, the hash of nothing.
    pub fn root(&self) -> Digest {
        let mut roots = self.roots.iter().rev();
        let Some(last) = roots.next() else { return Sha256::digest([]).into() };
        roots.fold(*last, |right, left| node_hash(left, &right))
    }
}

/// The root over these leaves (RFC 6962 2.1).
pub fn root(leaves: &[Digest]) -> Digest {
    match leaves {
        [] => Sha256::digest([]).into(),
        [leaf] => *leaf,
        _ => {
            let (left, right) = leaves.split_at(split_of(leaves.len()));
            node_hash(&root(left), &root(right))
        }
    }
}

/// The largest power of two below `count`, which is at least 2.
fn split_of(count: usize) -> usize {
    1 << (count - 1).ilog2()
}

/// The proof that leaf `index` is in the tree over `leaves` (RFC 6962 2.1.1); `None` if there is no such leaf.
pub fn inclusion_proof(leaves: &[Digest], index: usize) -> Option<Vec<Digest>> {
    if index >= leaves.len() {
        return None;
    }
    if leaves.len() == 1 {
        return Some(Vec::new());
    }
    let split = split_of(leaves.len());
    let (left, right) = leaves.split_at(split);
    let (within, at, sibling) =
        if index < split { (left, index, right) } else { (right, index - split, left) };
    let mut proof = inclusion_proof(within, at)?;
    proof.push(root(sibling));
    Some(proof)
}

/// The root an inclusion proof leads to (RFC 9162 2.1.3.2); `None` if the proof does not fit the sizes.
pub fn root_of_inclusion(leaf: Digest, index: u64, size: u64, proof: &[Digest]) -> Option<Digest> {
    if index >= size {
        return None;
    }
    let (mut position, mut last, mut node) = (index, size - 1, leaf);
    for sibling in proof {
        if last == 0 {
            return None;
        }
        if position & 1 == 1 || position == last {
            node = node_hash(sibling, &node);
            while position & 1 == 0 && position != 0 {
                (position, last) = (position >> 1, last >> 1);
            }
        } else {
            node = node_hash(&node, sibling);
        }
        (position, last) = (position >> 1, last >> 1);
    }
    (last == 0).then_some(node)
}

/// The proof that the tree over all `leaves` goes on from the tree over the first `old` of them (RFC 6962 2.1.2).
pub fn consistency_proof(leaves: &[Digest], old: usize) -> Option<Vec<Digest>> {
    if old == 0 || old > leaves.len() {
        return None;
    }
    Some(subproof(leaves, old, true))
}

fn subproof(leaves: &[Digest], old: usize, known: bool) -> Vec<Digest> {
    if old == leaves.len() {
        return if known { Vec::new() } else { vec![root(leaves)] };
    }
    let split = split_of(leaves.len());
    let (left, right) = leaves.split_at(split);
    if old <= split {
        let mut proof = subproof(left, old, known);
        proof.push(root(right));
        return proof;
    }
    let mut proof = subproof(right, old - split, false);
    proof.push(root(left));
    proof
}

/// Whether a consistency proof leads from the old root to the new one (RFC 9162 2.1.4.2).
pub fn is_consistent(old: (u64, Digest), new: (u64, Digest), proof: &[Digest]) -> bool {
    if old.0 == new.0 {
        return proof.is_empty() && old.1 == new.1;
    }
    if old.0 == 0 || old.0 > new.0 {
        return false;
    }
    let mut hashes = proof.iter();
    let start = if old.0.is_power_of_two() { Some(&old.1) } else { hashes.next() };
    let Some(start) = start else { return false };
    let (mut position, mut last) = (old.0 - 1, new.0 - 1);
    while position & 1 == 1 {
        (position, last) = (position >> 1, last >> 1);
    }
    let (mut first, mut second) = (*start, *start);
    for hash in hashes {
        if last == 0 {
            return false;
        }
        if position & 1 == 1 || position == last {
            first = node_hash(hash, &first);
            second = node_hash(hash, &second);
            while position & 1 == 0 && position != 0 {
                (position, last) = (position >> 1, last >> 1);
            }
        } else {
            second = node_hash(&second, hash);
        }
        (position, last) = (position >> 1, last >> 1);
    }
    first == old.1 && second == new.1 && last == 0
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{digest, from_hex, to_hex};

    fn leaves(count: usize) -> Vec<Digest> {
        (0..count).map(|number| leaf_hash(number.to_string().as_bytes())).collect()
    }

    #[test]
    fn known_roots() {
        // RFC 6962 2.1: the root of nothing, and of one empty leaf.
        assert_eq!(to_hex(&root(&[])), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
        let one = from_hex("6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d");
        assert_eq!(Some(root(&[leaf_hash(b"")])), one);
    }

    #[test]
    fn the_frontier_gives_the_root_of_the_tree() {
        let all = leaves(600);
        let mut frontier = Frontier::default();
        for (count, leaf) in all.iter().enumerate() {
            assert_eq!(frontier.root(), root(&all[..count]), "{count}");
            let stored = Frontier::restore(frontier.size(), frontier.roots().to_vec());
            assert_eq!(stored.as_ref(), Some(&frontier));
            frontier.push(*leaf);
        }
    }

    #[test]
    fn every_inclusion_proof_holds_and_no_changed_one_does() {
        for count in 1..40 {
            let all = leaves(count);
            for index in 0..count {
                let proof = inclusion_proof(&all, index).expect("in range");
                let led = |leaf, at: usize| root_of_inclusion(leaf, at as u64, count as u64, &proof);
                assert_eq!(led(all[index], index), Some(root(&all)));
                assert_ne!(led(digest(b"other"), index), Some(root(&all)));
                if count > 1 {
                    assert_ne!(led(all[index], (index + 1) % count), Some(root(&all)));
                }
            }
        }
    }

    #[test]
    fn every_consistency_proof_holds_and_no_changed_one_does() {
        for count in 1..40 {
            let all = leaves(count);
            let new = (count as u64, root(&all));
            for old in 1..=count {
                let proof = consistency_proof(&all, old).expect("in range");
                let before = (old as u64, root(&all[..old]));
                assert!(is_consistent(before, new, &proof), "{old} {count}");
                assert!(!is_consistent((before.0, digest(b"other")), new, &proof), "{old} {count}");
            }
        }
    }
}
