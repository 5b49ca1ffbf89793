//! The configs that are shipped, and the schema they follow.
