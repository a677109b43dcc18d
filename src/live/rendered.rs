//! Forms of a snapshot, each made once: bytes with their ETag, plain and packed.

use aws_lc_rs::digest::{SHA256, digest};
use bytes::Bytes;
use parking_lot::RwLock;
use std::{collections::HashMap, io::Write, sync::Arc};

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

/// The forms of one snapshot that somebody asked for.
///
/// The key is what the form depends on, as a text. Free text in a query could ask for any number of
/// forms, so past [`RenderedSet::MOST`] the shelf is emptied: what many ask for is back at once.
#[derive(Debug, Default)]
pub struct RenderedSet {
    forms: [RwLock<HashMap<String, Arc<Rendered>>>; 3],
}

impl RenderedSet {
    pub const MOST: usize = 128;

    fn shelf(&self, encoding: Encoding) -> &RwLock<HashMap<String, Arc<Rendered>>> {
        match encoding {
            Encoding::Plain => &self.forms[0],
            Encoding::Gzip => &self.forms[1],
            Encoding::Brotli => &self.forms[2],
        }
    }

    /// The form if it is there. `key`: what [`RenderedSet::keep`] was told.
    pub fn get(&self, key: &str, encoding: Encoding) -> Option<Arc<Rendered>> {
        self.shelf(encoding).read().get(key).cloned()
    }

    /// Packs `plain` and keeps it for the next one who asks.
    pub fn keep(&self, key: &str, encoding: Encoding, plain: &[u8]) -> Arc<Rendered> {
        let rendered = Arc::new(Rendered::of(plain, encoding));
        let mut shelf = self.shelf(encoding).write();
        if shelf.len() >= Self::MOST {
            shelf.clear();
        }
        shelf.insert(key.to_owned(), Arc::clone(&rendered));
        rendered
    }
}
