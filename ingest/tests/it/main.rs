//! Real encoders, a real server, real worker processes and a real record.

mod bench;
mod rtmp;
mod sandbox;
mod worker;
