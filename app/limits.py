"""All limits of the chat, in one table. Each name stands for one thing, and ends with its unit."""

# The server, lesson 05
START_SECONDS = 10  # until it serves
GRACE_SECONDS = 1  # for its open connections, when it ends
STOP_SECONDS = 5  # until it has ended
LOG_LINES = 1000  # that wait to be read; older ones are dropped

# One connection, lesson 09
REQUEST_SECONDS = 10  # from the connection, or the last answer, to a whole request
MESSAGE_BYTES = 64 * 1024  # of one message
MESSAGES_PER_SECOND = 20
FRAMES_PER_SECOND = 1000  # pings, pongs, and pieces of messages
PORTION_BYTES = 1024  # that are parsed at once, before others have their turn
CLOSE_SECONDS = 10  # until a connection that was closed has ended, whatever its client does
UVICORN = {  # the limits that are settings of uvicorn, by their names there
    "timeout_graceful_shutdown": GRACE_SECONDS,
    "ws_max_size": MESSAGE_BYTES,
    "ws_per_message_deflate": False,
}

# The room, lessons 11 and 12
NAME_CHARACTERS = 30
TEXT_CHARACTERS = 1000
CATCH_UP_SECONDS = 10  # for each message to one who does not keep up
KEPT_MESSAGES = 2000  # at least, where there are so many
NEWCOMER_MESSAGES = 50  # that are told to one who comes for the first time

# A room on several machines, lesson 13
NEWS_PEOPLE = 10  # who come or leave at once; of more, everybody gets a new list instead
BEAT_SECONDS = 1  # from one list of a server's people to its next
SILENCE_SECONDS = 3  # without such a list, after which that server is taken for dead
NATS_CONNECT_SECONDS = 3  # for one attempt
NATS_ANSWER_SECONDS = 2
SENT_AGAIN_SECONDS = 600  # in which NATS knows the id of a message that it has kept

# Accounts, lesson 16
PASSWORD_CHARACTERS = 8  # at least
FORM_BYTES = 4096
TRIES_PER_MINUTE = 10  # to log in with one name
WAITING_LOGINS = 30  # for the thread that hashes passwords
SESSION_SECONDS = 8 * 60 * 60  # from a log-in until one has to log in again
TICKET_SECONDS = 30  # from a ticket to the socket that it opens

# Answers, lesson 18
ANSWER_WORDS = 40  # at least: then it ends with its sentence
WORD_SECONDS = 0.1  # that a word takes to be made
