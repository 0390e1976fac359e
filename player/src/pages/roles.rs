//! What an account may be, in words.

use council::permission::Role;

/// The word for a role.
pub(super) fn key(role: Role) -> &'static str {
    match role {
        Role::Administrator => "staff-role-administrator",
        Role::Clerk => "staff-role-clerk",
        Role::Moderator => "staff-role-moderator",
    }
}

/// What it lets somebody do.
pub(super) fn what(role: Role) -> &'static str {
    match role {
        Role::Administrator => "staff-role-administrator-what",
        Role::Clerk => "staff-role-clerk-what",
        Role::Moderator => "staff-role-moderator-what",
    }
}
