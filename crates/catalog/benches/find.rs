//! How fast failures are found in a large log, next to `memmem` for `AADSTS` over the same bytes.

use std::hint::black_box;
use std::sync::LazyLock;
use std::time::Instant;

use divan::Bencher;
use divan::counter::BytesCount;
use fedlens_catalog::{Finder, find};
use memchr::memmem;

/// The size of the log, in bytes.
const SIZE: usize = 64 << 20;

/// How many lines stand between two failures.
const LINES_BETWEEN: u64 = 10_000;

/// What ordinary lines of a pipeline say.
const LINES: [&str; 8] = [
    "Setting active cloud to: AzureCloud",
    "##[debug]Evaluating condition for step: 'Deploy to staging'",
    "npm warn deprecated inflight@1.0.6: this module is not supported, and leaks memory",
    "Step 12/31 : RUN apt-get update && apt-get install --yes curl",
    "  Downloading https://packages.contoso.example/react-18.2.0.tgz (312 kB)",
    "INFO request id=7f3a status=200 path=/api/v1/items duration=12ms user=svc-orders",
    "test result: ok. 132 passed; 0 failed; 0 ignored; finished in 1.24s",
    "Acquired a token for the resource https://management.azure.com/ in tenant contoso",
];

static LOG: LazyLock<Vec<u8>> = LazyLock::new(log);

fn log() -> Vec<u8> {
    let mut log = Vec::with_capacity(SIZE + 1024);
    let mut noise = 1_u64;
    for line in 0_u64.. {
        if log.len() >= SIZE {
            break;
        }
        noise = noise.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        let (minute, second, fraction) = (line / 60_000 % 60, line / 1_000 % 60, noise % 10_000_000);
        let text = LINES[usize::try_from(noise >> 61).unwrap_or_default()];
        log.extend(format!("2026-02-03T10:{minute:02}:{second:02}.{fraction:07}Z {text} {noise:x}\n").into_bytes());
        if line % LINES_BETWEEN == LINES_BETWEEN - 1 {
            log.extend(failure(line).into_bytes());
        }
    }
    log.truncate(SIZE);
    log
}

fn failure(line: u64) -> String {
    format!(
        "2026-02-03T10:15:02.1849592Z ##[error]AADSTS700213: No matching federated identity record found for presented \
         assertion subject 'repo:contoso/deploy-{}:ref:refs/heads/main'. Check your federated identity credential \
         Subject, Audience and Issuer against the presented assertion. Trace ID: 00000000-0000-0000-0000-{line:012x} \
         Correlation ID: 11111111-1111-1111-1111-{line:012x} Timestamp: 2026-02-03 10:15:02Z\n",
        line % 7
    )
}

#[divan::bench]
fn memmem_only(bencher: Bencher<'_, '_>) {
    let finder = memmem::Finder::new("AADSTS");
    bencher.counter(BytesCount::new(LOG.len())).bench(|| finder.find_iter(black_box(&LOG)).count());
}

#[divan::bench]
fn whole(bencher: Bencher<'_, '_>) {
    bencher.counter(BytesCount::new(LOG.len())).bench(|| find(black_box(&LOG)));
}

#[divan::bench(args = [64 << 10, 1 << 20, 8 << 20])]
fn in_chunks(bencher: Bencher<'_, '_>, size: usize) {
    bencher.counter(BytesCount::new(LOG.len())).bench(|| {
        let mut finder = Finder::new();
        LOG.chunks(size).for_each(|chunk| finder.push(black_box(chunk)));
        finder.finish()
    });
}

#[divan::bench]
fn one_message(bencher: Bencher<'_, '_>) {
    let message = failure(1);
    bencher.bench(|| find(black_box(message.as_bytes())));
}

/// The best of several runs, in bytes per second.
fn rate(bytes: usize, mut run: impl FnMut()) -> f64 {
    let best = (0..9)
        .map(|_| {
            let start = Instant::now();
            run();
            start.elapsed()
        })
        .min()
        .unwrap_or_default();
    bytes as f64 / best.as_secs_f64()
}

/// Prints how fast a log that is the generated one several times over is searched, next to `memmem`.
#[expect(clippy::print_stdout, reason = "a benchmark reports on standard output")]
fn compare(times: usize) {
    let bytes = LOG.len() * times;
    let finder = memmem::Finder::new("AADSTS");
    let memmem = rate(bytes, || {
        for _ in 0..times {
            black_box(finder.find_iter(black_box(&LOG)).count());
        }
    });
    let find = rate(bytes, || {
        let mut finder = Finder::new();
        for _ in 0..times {
            finder.push(black_box(&LOG));
        }
        black_box(finder.finish());
    });
    println!(
        "{:>5} MiB: memmem {:.0} MB/s, find {:.0} MB/s, ratio {:.2}",
        bytes >> 20,
        memmem / 1e6,
        find / 1e6,
        find / memmem
    );
}

#[expect(clippy::print_stdout, reason = "a benchmark reports on standard output")]
fn main() {
    let message = failure(1);
    let start = Instant::now();
    black_box(find(message.as_bytes()));
    println!("first find in a process: {:.2} ms", start.elapsed().as_secs_f64() * 1e3);
    compare(1);
    compare(16);
    divan::main();
}
