//! Webhooks over HTTP: proofs, repeats, odd bodies, what becomes of a claim.

mod odd;
mod proofs;
mod same;
