//! Forms of a snapshot, each made once: bytes with their ETag, plain and packed.

use aws_lc_rs::digest::{SHA256, digest};
use bytes::Bytes;
use parking_lot::RwLock;
use std::{collections::HashMap, hash::Hash, io::Write, sync::Arc};

/// How bytes go over the wire.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Encoding {
    Plain,
    Gzip,
    Brotli,
}

impl Encoding {
    /// The word of the Content-Encoding header; None for plain.
    pub fn token(self) -> Option<&'static str> {
        match self {
            Encoding::Plain => None,
            Encoding::Gzip => Some("gzip"),
            Encoding::Brotli => Some("br"),
        }
    }

    /// Packs `plain`. Quality is middling: a snapshot is served often and for a short time.
    pub fn pack(self, plain: &[u8]) -> Bytes {
        let packed = match self {
            Encoding::Plain => return Bytes::copy_from_slice(plain),
            Encoding::Gzip => {
                let mut packer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::new(6));
                packer.write_all(plain).and_then(|()| packer.finish())
            }
            Encoding::Brotli => {
                let mut packed = Vec::with_capacity(plain.len() / 4);
                let params = brotli::enc::BrotliEncoderParams {
                    quality: 5,
                    lgwin: 20,
                    ..Default::default()
                };
                brotli::BrotliCompress(&mut &plain[..], &mut packed, &params).map(|_| packed)
            }
        };
        // Packing into memory does not fail; were it to, nothing would be sent as if it were packed.
        Bytes::from(packed.unwrap_or_default())
    }
}

/// One form, ready to be sent.
#[derive(Clone, Debug)]
pub struct Rendered {
    pub body: Bytes,
    /// Strong, quoted; a hash of the bytes, so that twins and restarts agree on it.
    pub etag: Bytes,
    pub encoding: Encoding,
}

impl Rendered {
    pub fn of(plain: &[u8], encoding: Encoding) -> Self {
        let body = encoding.pack(plain);
        let hash = digest(&SHA256, &body);
        let hex: String = hash
            .as_ref()
            .iter()
            .take(12)
            .map(|byte| format!("{byte:02x}"))
            .collect();
        Self {
            body,
            etag: Bytes::from(format!("\"{hex}\"")),
            encoding,
        }
    }
}

/// Values by key, no more of them than fit into so many bytes.
///
/// It has two halves. What is new goes into the young one; once that is full it becomes the old one, and what
/// was old goes. What somebody asks for comes back into the young half, so that any number of odd questions
/// push out each other and not what many ask for.
///
/// Readers alone take its lock, and hold it for one look: the writer of boards makes a new shelf with each
/// snapshot.
#[derive(Debug)]
pub(super) struct Shelf<K, V> {
    room: usize,
    halves: RwLock<Halves<K, V>>,
}

#[derive(Debug)]
struct Halves<K, V> {
    young: HashMap<K, (V, usize)>,
    old: HashMap<K, (V, usize)>,
    /// What the young half holds.
    bytes: usize,
}

/// What an entry takes beside its bytes, about.
const ENTRY: usize = 256;

impl<K: Eq + Hash + Clone, V: Clone> Shelf<K, V> {
    /// `room`: in bytes.
    pub fn of(room: usize) -> Self {
        Self {
            room,
            halves: RwLock::new(Halves {
                young: HashMap::new(),
                old: HashMap::new(),
                bytes: 0,
            }),
        }
    }

    pub fn get<Q: Eq + Hash + ?Sized>(&self, key: &Q) -> Option<V>
    where
        K: std::borrow::Borrow<Q>,
    {
        {
            let halves = self.halves.read();
            if let Some((value, _)) = halves.young.get(key) {
                return Some(value.clone());
            }
            if !halves.old.contains_key(key) {
                return None;
            }
        }
        let mut halves = self.halves.write();
        let (key, (value, bytes)) = halves.old.remove_entry(key)?;
        self.put(&mut halves, key, value.clone(), bytes);
        Some(value)
    }

    /// Keeps a value of so many bytes, if that is not most of the room.
    pub fn keep(&self, key: K, value: V, bytes: usize) {
        self.put(&mut self.halves.write(), key, value, bytes + ENTRY);
    }

    fn put(&self, halves: &mut Halves<K, V>, key: K, value: V, bytes: usize) {
        let half = self.room / 2;
        if bytes > half {
            return;
        }
        if halves.bytes + bytes > half {
            halves.old = std::mem::take(&mut halves.young);
            halves.bytes = 0;
        }
        halves.bytes += bytes;
        if let Some((_, before)) = halves.young.insert(key, (value, bytes)) {
            halves.bytes -= before;
        }
    }

    #[cfg(test)]
    pub fn bytes(&self) -> usize {
        let halves = self.halves.read();
        halves
            .young
            .values()
            .chain(halves.old.values())
            .map(|(_, bytes)| bytes)
            .sum()
    }
}

/// The forms of one snapshot that somebody asked for, as far as they fit.
///
/// The key is what the form depends on, as a text. Free text in a query can ask for any number of forms.
#[derive(Debug)]
pub struct RenderedSet {
    forms: [Shelf<String, Arc<Rendered>>; 3],
}

impl RenderedSet {
    /// `room`: in bytes, over all encodings.
    pub fn of(room: usize) -> Self {
        Self {
            forms: std::array::from_fn(|_| Shelf::of(room / 3)),
        }
    }

    fn shelf(&self, encoding: Encoding) -> &Shelf<String, Arc<Rendered>> {
        match encoding {
            Encoding::Plain => &self.forms[0],
            Encoding::Gzip => &self.forms[1],
            Encoding::Brotli => &self.forms[2],
        }
    }

    /// In bytes, over all encodings.
    pub fn room(&self) -> usize {
        self.forms[0].room * 3
    }

    /// The form if it is there. `key`: what [`RenderedSet::keep`] was told.
    pub fn get(&self, key: &str, encoding: Encoding) -> Option<Arc<Rendered>> {
        self.shelf(encoding).get(key)
    }

    /// Packs `plain` and keeps it for the next one who asks.
    pub fn keep(&self, key: &str, encoding: Encoding, plain: &[u8]) -> Arc<Rendered> {
        let rendered = Arc::new(Rendered::of(plain, encoding));
        let bytes = rendered.body.len() + key.len();
        self.shelf(encoding).keep(key.to_owned(), Arc::clone(&rendered), bytes);
        rendered
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_thousand_odd_questions_do_not_pile_up_and_push_out_no_common_one() {
        let room = 3 << 20;
        let set = RenderedSet::of(room);
        let body = vec![b'x'; 20_000];
        let common = set.keep("json", Encoding::Plain, b"common");
        for number in 0..1_000 {
            set.keep(&format!("json?q={number}"), Encoding::Plain, &body);
            let found = set.get("json", Encoding::Plain);
            assert!(found.is_some_and(|found| Arc::ptr_eq(&found, &common)), "{number}");
            assert!(set.forms[0].bytes() <= room / 3);
        }
        assert!(set.get("json?q=999", Encoding::Plain).is_some());
        assert!(set.get("json?q=1", Encoding::Plain).is_none());
        // Keys count too: they are as long as somebody likes.
        for number in 0..1_000 {
            set.keep(&format!("{number}{}", "q".repeat(8_000)), Encoding::Gzip, b"");
        }
        assert!(set.forms[1].bytes() <= room / 3 && set.forms[1].halves.read().young.len() < 130);
        // What would fill it alone is made, and not kept.
        set.keep("all", Encoding::Plain, &vec![b'x'; room]);
        assert!(set.get("all", Encoding::Plain).is_none());
        assert!(set.get("json", Encoding::Plain).is_some());
    }
}
