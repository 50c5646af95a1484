/* cuDNN's backend descriptors: made, filled, finalized, freed. */
#include "descriptors.h"
#include <stdio.h>
#include <string.h>

void rt_cudnn_why(cudnnStatus_t status, char why[RT_CUDNN_TEXT])
{
	char text[RT_CUDNN_TEXT / 2] = "";
	cudnnGetLastErrorString(text, sizeof text);
	text[strcspn(text, "\r\n")] = 0;
	snprintf(why, RT_CUDNN_TEXT, "%s%s%s", cudnnGetErrorString(status), *text ? ": " : "", text);
}

bool rt_cudnn_done(struct rt_descriptors *set, cudnnStatus_t status)
{
	if (status != CUDNN_STATUS_SUCCESS && !set->failed) {
		set->failed = true;
		rt_cudnn_why(status, set->why);
	}
	return !set->failed;
}

cudnnBackendDescriptor_t rt_descriptor_empty(struct rt_descriptors *set, cudnnBackendDescriptorType_t type)
{
	cudnnBackendDescriptor_t made;
	if (set->count == RT_DESCRIPTORS)
		rt_cudnn_done(set, CUDNN_STATUS_ALLOC_FAILED);
	if (set->failed || !rt_cudnn_done(set, cudnnBackendCreateDescriptor(type, &made)))
		return NULL;
	return set->made[set->count++] = made;
}

cudnnBackendDescriptor_t rt_descriptor_of(struct rt_descriptors *set, cudnnBackendDescriptorType_t type,
                                          const struct rt_attribute *attributes, int count)
{
	cudnnBackendDescriptor_t made = rt_descriptor_empty(set, type);
	for (int i = 0; i < count && !set->failed; i++) {
		const struct rt_attribute *a = &attributes[i];
		rt_cudnn_done(set, cudnnBackendSetAttribute(made, a->name, a->type, a->count, a->values));
	}
	return !set->failed && rt_cudnn_done(set, cudnnBackendFinalize(made)) ? made : NULL;
}

int64_t rt_descriptor_read(struct rt_descriptors *set, cudnnBackendDescriptor_t from, struct rt_attribute a)
{
	int64_t count = 0;
	if (!set->failed)
		rt_cudnn_done(set, cudnnBackendGetAttribute(from, a.name, a.type, a.count, &count, (void *)a.values));
	if (set->failed)
		return 0;
	return count < a.count ? count : a.count;
}

void rt_descriptors_free(struct rt_descriptors *set)
{
	while (set->count)
		cudnnBackendDestroyDescriptor(set->made[--set->count]);
}
