/*
 * follow.c - decides whether an environment is completed, left alone or
 * stripped of the recorder, and does so on the caller's stack.
 */
#include "audit/follow.h"

#include <stdbool.h>

#include "audit/environment.h"
#include "audit/recorder.h"

/* A filter may allow exactly what the new image does without us. */
static struct ni_follow plan_to_leave_alone(char *const *environment)
{
	struct ni_follow follow = { .given = environment, .removes = true };

	follow.room = ni_environment_room_without(environment);
	return follow;
}

struct ni_follow ni_follow_plan(char *const *environment)
{
	struct ni_follow follow = { .given = environment };
	bool is_complete;

	if (ni_recorder.is_stopped)
		return plan_to_leave_alone(environment);
	if (!ni_is_active())
		return follow;
	follow.room = ni_environment_room(environment, &is_complete);
	/* In another root, the loader would complain of a missing library. */
	if (!ni_recorder.is_following || !ni_environment_is_library_there())
		follow.room = 0;
	if (follow.room)
		follow.flags = NI_EXEC_COMPLETED;
	else if (!is_complete)
		follow.flags = NI_EXEC_UNFOLLOWED;
	return follow;
}

char *const *ni_follow_environment(const struct ni_follow *follow, void *memory)
{
	if (!follow->room)
		return follow->given;
	if (follow->removes)
		return ni_environment_without(follow->given, memory);
	return ni_environment_completed(follow->given, memory);
}
