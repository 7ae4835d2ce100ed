#!/bin/sh
# The users of the two services, each with its password and no more rights than it needs. May be run again at any time, which sets all
# of that anew; docker compose runs it at each start. Needs rabbitmqctl, and its access to the broker.
set -eu

vhost=${RABBITMQ_VHOST:-ct_reviews}
# Stands before all names, and in regular expressions here, in which a dot would be any letter.
prefix=$(printf %s "${NAME_PREFIX:-}" | sed 's/[.]/\\./g')
exchange="${prefix}ct\\.events"
reviews="${prefix}rating-service\\.reviews"
ratings="${prefix}api-service\\.ratings"
parked='\.parked'

user() { # name, password
  # From standard input, so that no list of processes shows the password.
  if rabbitmqctl -q list_users --no-table-headers | grep -q "^$1[[:space:]]"; then
    printf '%s\n' "$2" | rabbitmqctl -q change_password "$1"
  else
    printf '%s\n' "$2" | rabbitmqctl -q add_user "$1"
  fi
}

rights() { # name, configure, write, read, routing keys to write
  rabbitmqctl -q set_permissions -p "$vhost" "$1" "^($2)\$" "^($3)\$" "^($4)\$"
  # By the exchange each publishes what is its own to say, and binds nothing.
  rabbitmqctl -q set_topic_permissions -p "$vhost" "$1" "${NAME_PREFIX:-}ct.events" "^($5)\$" '^$'
}

# amq.default is how a message goes to a queue by its name.
user ct_api "${RABBITMQ_API_PASSWORD:?}"
# Creates all queues; to create one that parks what is refused RabbitMQ wants the right to read it.
rights ct_api "$exchange|($reviews|$ratings)($parked)?" "amq\\.default|$exchange" "$reviews|$ratings" \
  'review-(created|updated|deleted)'

user ct_rating "${RABBITMQ_RATING_PASSWORD:?}"
rights ct_rating "$exchange|$reviews$parked" "amq\\.default|$exchange" "$reviews" 'rating-updated'
