"""What the rules of the workflow and the commands do with a project; none trains or draws."""
