# People with accounts: the administrator's page, everybody's own, and how the invited join.

## People
staff = Accounts
staff-title = People with accounts
staff-what = Who may do what in the municipality’s name. Everything that they do is written to the audit log.
staff-person = Person
staff-roles = Roles
staff-logged-in = Last log-in
staff-state = State
staff-change = Change
staff-never = Never yet
staff-active = Active
staff-sessions = { $count ->
    [0] Not logged in anywhere
    [one] Logged in at 1 device
   *[other] Logged in at { $count } devices
}
staff-disabled-since = Disabled since { $time }
staff-role-administrator = Administrator
staff-role-administrator-what = Everything: accounts, meetings, sources, dialogue.
staff-role-clerk = Clerk
staff-role-clerk-what = Prepares and runs meetings, votes, decisions and sources.
staff-role-moderator = Moderator
staff-role-moderator-what = Fields what citizens write and ask.
staff-change-roles = Change the roles
staff-save = Save
staff-disable = Disable…
staff-disable-what = They are logged out everywhere and can no longer log in. What they did stays in the log. You can enable the account again.
staff-disable-confirm = Yes, disable the account
staff-enable = Enable
staff-end-sessions = Log out everywhere
staff-done-roles = The roles were changed.
staff-done-disable = The account is disabled.
staff-done-enable = The account is enabled.
staff-done-end-sessions = They are logged out everywhere.
staff-done-withdraw = The invitation is withdrawn, and its link is no longer good.
staff-waiting = Invitations that wait
staff-waiting-empty = No invitation is waiting.
staff-invited-until = Good until { $time }
staff-withdraw = Withdraw
staff-invite = Invite somebody
staff-invite-what = They get a link that works once, for a week, and choose their own name and password. If you invite an address again, only the newest link works.
staff-invite-button = Make the invitation
field-invited-language-hint = The language in which they are written to.

## An invitation's link
invited-title = Invitation
invited-once = Hand over this link now: it will not be shown again. Whoever has it gets the account.
invited-link = Link
invited-done = I have handed it over

## The own account
account-title = Your account
account-email = E-mail address
account-roles = Roles
account-no-roles = None in this municipality
account-profile = Name and language
account-password = Password
account-password-what = When you change it, you stay logged in here and are logged out everywhere else.
account-password-button = Change the password
account-sessions = Where you are logged in
account-sessions-what = If you do not recognise one, end it and change your password.
account-device = Device
account-began = Since
account-used = Last used
account-this = This device
account-device-unknown = Unknown device
account-end = End
account-end-others = Log out everywhere else
account-done-profile = Your name and language are saved.
account-done-password = Your password is changed, and you are logged out everywhere else.
account-done-end = The session is ended.
field-own-name = Full name
field-own-language = Language
field-own-language-hint = The language of the pages on this device, and of the e-mails that you get.
field-old-password = Present password
field-password-to-be = New password

## Joining
join-title = You are invited
join-code = Enter the code of your invitation.
join-as = Your account is for { $email }, with the roles:
join-known = There is an account at this address already. Enter its password to accept the invitation.
join-button = Continue
join-accept = Accept the invitation
field-code = Code
field-code-hint = The part of the link after the # sign, such as abcd2345-….
