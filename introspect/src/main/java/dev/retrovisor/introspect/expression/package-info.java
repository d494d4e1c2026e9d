/**
 * Expressions of C over a kernel's memory, typed by what the kernel says of its types: {@code current->files->fdt}, {@code
 * *(struct task_struct *)0xffffffff81000000}, {@code init_task.comm}, {@code jiffies / 250}. {@link
 * dev.retrovisor.introspect.expression.Expression#parse} reads one, {@link
 * dev.retrovisor.introspect.expression.Evaluator} says what it is at the moment at which the machine stands.
 *
 * <p>Only reads. What makes no sense is an {@link dev.retrovisor.introspect.syntax.SyntaxException}, memory that is
 * not there a {@code MemoryFault}.
 */
package dev.retrovisor.introspect.expression;
