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

## Setting a password anew
reset-link = Forgotten your password?
reset-title = Set a new password
reset-what = Write your e-mail address. If it has an account here, you get a link that works once, for an hour.
reset-button = Send the link
reset-sent-title = Look at your e-mail
reset-sent = If the address has an account here, a link is on its way to it. If nothing comes within a few minutes, check the address and the folder for junk mail, or ask the administrator.
reset-code = Enter the code from the e-mail, and a new password.
reset-new-button = Save the password
reset-done = Your password is changed. Log in with it.
field-reset-code = Code from the e-mail

## Letters that wait
letters-title = E-mails that were not sent
letters-what = They are kept, and tried again by themselves.
letters-again = Try them now
letters-forget = Remove
letters-next = Next try { $time }
letters-given-up = Given up
letters-problem-address = The address cannot be written to. Invite the person again at the right one.
letters-problem-refused = The mail server refuses it for good.
letters-problem-deferred = The mail server asks to try again later.
letters-problem-login = The mail server does not let Bema in. Check the user, the password and the certificate in the settings ([mail]).
letters-problem-unreachable = The mail server cannot be reached. Check its name and port in the settings ([mail]), and the network.
letters-problem-slow = The mail server took too long to answer.
letters-problem-folder = The folder for e-mails cannot be written. Check its disk and its permissions.
letters-answer = It said:
letters-done-again = The e-mails are being tried again.
letters-done-forget = The e-mail was removed.
invited-sent = An e-mail with this link is on its way to { $email }.

## The letters themselves
letter-invitation-subject = { $municipality }: you are invited
letter-invitation =
    { $person } invites you to work with the council’s broadcasts and records of { $municipality }, as: { $roles }.

    Open this link to choose your name and password. It works once, for a week:
    { $link }

    Or open { $page } and enter this code:
    { $code }

    If you do not know what this is about, you need do nothing.
letter-reset-subject = { $municipality }: set a new password
letter-reset =
    { $person },

    somebody, we hope you, has asked for a new password for your account at { $municipality }.

    Open this link to set it. It works once, for an hour:
    { $link }

    Or open { $page } and enter this code:
    { $code }

    If it was not you, you need do nothing: your password stays as it is.
letter-changed-subject = { $municipality }: your password was changed
letter-changed =
    { $person },

    the password of your account at { $municipality } was changed just now, and you were logged out on your other devices.

    If it was not you, set a new one at once and tell the municipality’s administrator:
    { $page }
