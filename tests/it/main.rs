//! The integration tests: one binary, a module for each way through the product.

mod tree;
