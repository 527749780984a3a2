"""What the console asks for that needs several domains at once: one module for each noun."""
