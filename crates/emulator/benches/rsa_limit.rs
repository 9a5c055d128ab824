//! How many exchanges a second the cryptography alone allows on one core: verify one RSA-2048 signature, make another.
#![expect(
    clippy::print_stdout,
    clippy::unwrap_used,
    reason = "a benchmark prints, and ends where something is missing"
)]

use std::time::{Duration, Instant};

use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::{KeyPair, KeySize, PublicKeyComponents};
use aws_lc_rs::signature::{KeyPair as _, RSA_PKCS1_2048_8192_SHA256, RSA_PKCS1_SHA256};

const TIME: Duration = Duration::from_secs(3);

fn main() {
    let (issuer, entra) = (KeyPair::generate(KeySize::Rsa2048).unwrap(), KeyPair::generate(KeySize::Rsa2048).unwrap());
    let public = issuer.public_key();
    let public = PublicKeyComponents {
        n: public.modulus().big_endian_without_leading_zero().to_vec(),
        e: public.exponent().big_endian_without_leading_zero().to_vec(),
    };
    let (message, random) = ([b'x'; 900], SystemRandom::new());
    let (mut assertion, mut token) = ([0; 256], [0; 256]);
    issuer.sign(&RSA_PKCS1_SHA256, &random, &message, &mut assertion).unwrap();
    let (start, mut done) = (Instant::now(), 0_u32);
    while start.elapsed() < TIME {
        public.verify(&RSA_PKCS1_2048_8192_SHA256, &message, &assertion).unwrap();
        entra.sign(&RSA_PKCS1_SHA256, &random, &message, &mut token).unwrap();
        done += 1;
    }
    println!("{:.0}", f64::from(done) / start.elapsed().as_secs_f64());
}
